// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.ReactorTracking;
import io.reactivetracker.reactor.TaskHandle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The shutdown in virtual time: each test closes a context and controls its tasks meanwhile. */
@ExtendWith(OutputCaptureExtension.class)
class DrainTest {

    private static final ShutdownTimes TIMES = new ShutdownTimes(Duration.ofSeconds(20), Duration.ofSeconds(5));
    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    private final AtomicInteger alarms = new AtomicInteger();
    private final TaskTimer timer = new CountedAlarms(ReactorTracking.timer(clock), alarms);
    private final GenericApplicationContext context = new GenericApplicationContext();
    private final AtomicInteger callbacks = new AtomicInteger();

    @AfterEach
    void stopTheClock() {
        clock.dispose();
    }

    // ---- groups ----

    @Test
    void aGroupWithNothingToDoIsClosedAtOnce(CapturedOutput log) {
        TaskGroup orders = group("orders");
        stop();
        awaitTheEnd();
        assertThat(orders.isClosed()).isTrue();
        assertThat(log)
                .contains("INFO")
                .contains(
                        "group \"orders\" drained in 0.0 s: 0 completed, 0 failed, 0 cancelled, 0 timed out, 0 rejected, 0 stuck")
                .doesNotContain("WARN")
                .doesNotContain("waiting");
    }

    @Test
    void aGroupIsWaitedForUntilItsLastTaskHasEnded(CapturedOutput log) {
        TaskGroup orders = group("orders");
        Sinks.Empty<Void> first = Sinks.empty();
        Sinks.Empty<Void> second = Sinks.empty();
        TaskHandle<?> unusedFirst = spawn(orders, first.asMono());
        TaskHandle<?> unusedSecond = spawn(orders, second.asMono());
        stop();
        assertThat(log).contains("group \"orders\" is closed; waiting up to 20.0 s for 2 tasks");
        clock.advanceTimeBy(Duration.ofSeconds(3));
        first.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        assertThat(callbacks).hasValue(0);
        second.emitError(new IllegalStateException("no address"), Sinks.EmitFailureHandler.FAIL_FAST);
        awaitTheEnd();
        assertThat(log)
                .contains(
                        "group \"orders\" drained in 3.0 s: 1 completed, 1 failed, 0 cancelled, 0 timed out, 0 rejected, 0 stuck")
                .doesNotContain("WARN");
        assertThat(alarms).as("alarms that are left").hasValue(0);
    }

    @Test
    void newTasksAreRefusedMeanwhile() {
        TaskGroup orders = group("orders");
        TaskHandle<?> unused = spawn(orders, Mono.never());
        stop();
        assertThatThrownBy(() -> spawn(orders, Mono.never())).isInstanceOf(GroupClosedException.class);
    }

    @Test
    void whatIsLateIsCancelledWhenTheGraceIsOverAndNamedWithItsAge(CapturedOutput log) {
        TaskGroup orders = group("orders");
        TaskHandle<?> task = spawn(orders.child("mails"), Mono.never().name("welcome"));
        CompletableFuture<?> outcome = task.join().toFuture();
        clock.advanceTimeBy(Duration.ofSeconds(10));
        stop();
        clock.advanceTimeBy(TIMES.grace().minus(MOMENT));
        assertThat(outcome).isNotDone();
        assertThat(callbacks).hasValue(0);
        clock.advanceTimeBy(MOMENT);
        awaitTheEnd();
        assertThat(outcome.handle((value, failure) -> failure).join())
                .isInstanceOf(TaskCancelledException.class)
                .cause()
                .hasMessage("the shutdown of group \"orders\" gave its tasks 20.0 s to end");
        awaitTheEnd();
        assertThat(log)
                .contains("group \"orders\" cancels 1 task that did not end within 20.0 s")
                .containsPattern("cancelled: welcome #\\d+ of group \"mails\", running, 30.0 s old")
                .containsPattern("WARN .*group \"orders\" drained in 20.0 s: 0 completed, 0 failed, 1 cancelled, ");
    }

    @Test
    void whatWasCancelledMeanwhileIsNamedOnce(CapturedOutput log) {
        TaskGroup orders = group("orders");
        TaskGroup mails = group("mails");
        TaskHandle<?> early = spawn(orders, Mono.never().name("early"));
        TaskHandle<?> unusedLate = spawn(orders, Mono.never().name("late"));
        TaskHandle<?> only = spawn(mails, Mono.never().name("only"));
        stop();
        clock.advanceTimeBy(Duration.ofSeconds(3));
        early.abort();
        only.abort();
        clock.advanceTimeBy(TIMES.grace());
        awaitTheEnd();
        assertThat(log.getOut().lines().filter(line -> line.contains("cancelled: ")))
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).contains(": only #", " of group \"mails\", running, 3.0 s old"),
                        line -> assertThat(line).contains(": early #", " of group \"orders\", running, 3.0 s old"),
                        line -> assertThat(line).contains(": late #", " of group \"orders\", running, 20.0 s old"));
        assertThat(log).contains("group \"orders\" cancels 1 task that").doesNotContain(" more");
    }

    @Test
    void aTaskThatDoesNotEndEvenThenIsGivenUpAndNamedAgain(CapturedOutput log) {
        TaskGroup orders = group("orders");
        CompletableFuture<String> deaf = new CompletableFuture<>();
        CompletableFuture<String> unused = orders.submit(TaskOptions.named("import"), task -> deaf);
        stop();
        clock.advanceTimeBy(TIMES.total().minus(MOMENT));
        assertThat(callbacks).hasValue(0);
        clock.advanceTimeBy(MOMENT);
        awaitTheEnd();
        assertThat(log)
                .containsPattern("cancelled: import #\\d+ of group \"orders\", running, 20.0 s old")
                .contains(
                        "group \"orders\" not drained after 25.0 s: 0 completed, 0 failed, 0 cancelled, 0 timed out, 0 rejected, "
                                + "1 stuck")
                .containsPattern("stuck: import #\\d+ of group \"orders\", running, 25.0 s old");
        assertThat(deaf.complete("late")).isTrue();
        awaitTheEnd();
    }

    @Test
    void anUpstreamThatBlocksWhenItIsCancelledHoldsNothingUp(CapturedOutput log) throws Exception {
        // Uses the system timer: the thread that advances a virtual timer would be the blocked thread.
        TaskGroup orders = TaskGroup.builder("orders").build();
        context.getBeanFactory().registerSingleton("orders", orders);
        CompletableFuture<Void> release = new CompletableFuture<>();
        CompletableFuture<Void> returned = new CompletableFuture<>();
        TaskHandle<?> unused = spawn(orders, Mono.never().doOnCancel(() -> {
            release.join();
            returned.complete(null);
        }));
        ContextDrain drain = new ContextDrain(
                new TrackedBeans(context.getBeanFactory()),
                null,
                null,
                new ShutdownTimes(Duration.ZERO, Duration.ofMillis(50)),
                TaskTimer.system(),
                cancel -> new Thread(cancel).start());
        drain.run().get();
        assertThat(log).contains("not drained").contains("1 stuck");
        release.complete(null);
        returned.get();
    }

    @Test
    void queuedTasksAreNamedAsWell(CapturedOutput log) {
        TaskGroup orders = TaskGroup.builder("orders")
                .admission(Admission.concurrency(1))
                .timer(timer)
                .executor(Runnable::run)
                .build();
        context.getBeanFactory().registerSingleton("orders", orders);
        TaskHandle<?> unusedRunning = spawn(orders, Mono.never().name("runs"));
        TaskHandle<?> unusedQueued = spawn(orders, Mono.never().name("waits"));
        stop();
        clock.advanceTimeBy(TIMES.grace());
        awaitTheEnd();
        assertThat(log)
                .containsPattern("cancelled: runs #\\d+ of group \"orders\", running, ")
                .containsPattern("cancelled: waits #\\d+ of group \"orders\", queued, ")
                .contains("2 cancelled");
    }

    @Test
    void anOriginThatReactorKnowsIsTold(CapturedOutput log) {
        TaskGroup orders = group("orders");
        Disposable unused = Mono.never()
                .checkpoint("at the\ncounter")
                .transform(trackWith(orders))
                .subscribe(null, error -> {});
        stop();
        clock.advanceTimeBy(TIMES.grace());
        assertThat(log).contains(", from checkpoint").contains("at the\\u000acounter");
    }

    @Test
    void noNameForgesALine(CapturedOutput log) {
        TaskGroup orders = group("orders\nERROR all is lost");
        TaskTracker imports = tracker("imports\u001b[31m");
        TaskHandle<?> unused = spawn(orders, Mono.never().name("ship\r\nINFO all is well"));
        TaskToken token = imports.token("import\u2028INFO too");
        stop();
        clock.advanceTimeBy(TIMES.total());
        token.close();
        assertThat(log.getOut().lines()).noneMatch(line -> line.startsWith("ERROR") || line.startsWith("INFO"));
        assertThat(log)
                .contains("orders\\u000aERROR all is lost")
                .contains("ship\\u000d\\u000aINFO all is well")
                .contains("imports\\u001b[31m")
                .contains("import\\u2028INFO too");
    }

    @Test
    void ofAMillionTasksAHundredAreNamed(CapturedOutput log) {
        TaskGroup orders = group("orders");
        for (int task = 0; task < DrainLog.MAX_LINES + 7; task++) {
            TaskHandle<?> unused = spawn(orders, Mono.never());
        }
        stop();
        clock.advanceTimeBy(TIMES.grace());
        awaitTheEnd();
        assertThat(log.getOut().lines().filter(line -> line.contains("cancelled: ")))
                .hasSize(DrainLog.MAX_LINES);
        assertThat(log).contains("and 7 more").contains("107 cancelled");
    }

    // ---- trackers, and several drains ----

    @Test
    void aTrackerHasAllOfTheTimeAsItCanNotCancel(CapturedOutput log) {
        TaskTracker imports = tracker("imports");
        TaskToken named = imports.token("import");
        TaskToken unnamed = imports.token();
        stop();
        assertThat(imports.isClosed()).isTrue();
        assertThat(log).contains("tracker \"imports\" is closed; waiting up to 25.0 s for 2 tasks");
        clock.advanceTimeBy(TIMES.total().minus(MOMENT));
        assertThat(callbacks).hasValue(0);
        clock.advanceTimeBy(MOMENT);
        awaitTheEnd();
        assertThat(log)
                .contains("tracker \"imports\" not drained after 25.0 s: no task was cancelled, 2 stuck")
                .containsPattern("stuck: import #\\d+ of tracker \"imports\", running, \\d+\\.\\d s old");
        named.close();
        unnamed.close();
        awaitTheEnd();
    }

    @Test
    void aTrackerThatDrainsLeavesNoAlarm(CapturedOutput log) {
        TaskTracker imports = tracker("imports");
        TaskToken token = imports.token();
        stop();
        clock.advanceTimeBy(Duration.ofSeconds(2));
        token.close();
        awaitTheEnd();
        assertThat(alarms).as("alarms that are left").hasValue(0);
        assertThat(log)
                .contains("tracker \"imports\" drained in 2.0 s: no task was cancelled, 0 stuck")
                .doesNotContain("WARN");
    }

    @Test
    void severalAreWaitedForAtTheSameTime() {
        TaskGroup orders = group("orders");
        TaskGroup bills = group("bills");
        TaskTracker imports = tracker("imports");
        Sinks.Empty<Void> order = Sinks.empty();
        TaskHandle<?> unusedOrder = spawn(orders, order.asMono());
        TaskHandle<?> unusedBill = spawn(bills, Mono.never());
        TaskToken token = imports.token();
        stop();
        assertThat(orders.isClosed() && bills.isClosed() && imports.isClosed()).isTrue();
        order.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        token.close();
        assertThat(callbacks).hasValue(0);
        clock.advanceTimeBy(TIMES.grace());
        awaitTheEnd();
    }

    @Test
    void aGroupThatIsBothABeanAndAChildIsEndedOnceAndAfterItsParentsTasks() {
        TaskGroup orders = group("orders");
        TaskGroup mails = orders.child("mails");
        context.getBeanFactory().registerSingleton("mails", mails);
        Sinks.Empty<Void> order = Sinks.empty();
        TaskHandle<?> unusedOrder = spawn(
                orders,
                order.asMono()
                        .then(Mono.defer(() ->
                                Mono.<Void>empty().transform(trackWith(mails)).then())));
        stop();
        assertThat(mails.isClosed()).as("while a task above may use it").isFalse();
        order.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        awaitTheEnd();
        assertThat(orders.counts().succeeded()).isEqualTo(2);
    }

    @Test
    void noGroupAtAllIsNoReasonToWait() {
        stop();
        awaitTheEnd();
    }

    // ---- failures ----

    @Test
    void whatWasClosedByHandIsNoReasonToWait(CapturedOutput log) {
        assertThat(group("orders").close()).isTrue();
        assertThat(group("bills").cancel()).isTrue();
        assertThat(tracker("imports").close()).isTrue();
        stop();
        awaitTheEnd();
        assertThat(log).doesNotContain("WARN");
    }

    @Test
    void whatWasClosedByHandAndStillRunsIsWaitedFor() {
        TaskGroup orders = group("orders");
        Sinks.Empty<Void> order = Sinks.empty();
        TaskHandle<?> unusedOrder = spawn(orders, order.asMono());
        assertThat(orders.close()).isTrue();
        stop();
        assertThat(callbacks).hasValue(0);
        order.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        awaitTheEnd();
    }

    @Test
    void aTimerThatFailsHoldsUpNeitherTheStopNorTheOthers(CapturedOutput log) {
        AtomicBoolean isStopped = new AtomicBoolean();
        TaskGroup broken = TaskGroup.builder("broken")
                .timer(new TaskTimer() {
                    @Override
                    public long nanoTime() {
                        if (isStopped.get()) {
                            throw new IllegalStateException("the timer was stopped");
                        }
                        return 0;
                    }

                    @Override
                    public Registration schedule(Duration delay, Runnable action) {
                        throw new IllegalStateException("the timer was stopped");
                    }
                })
                .build();
        context.getBeanFactory().registerSingleton("broken", broken);
        TaskHandle<?> unusedTask = spawn(broken, Mono.never());
        TaskGroup orders = group("orders");
        TaskHandle<?> unused = spawn(orders, Mono.never());
        isStopped.set(true);
        stop();
        assertThat(log).contains("the shutdown of group broken failed").contains("the timer was stopped");
        assertThat(callbacks).hasValue(0);
        clock.advanceTimeBy(TIMES.grace());
        awaitTheEnd();
    }

    @Test
    void toStopTwiceIsToStopOnce(CapturedOutput log) {
        TaskGroup orders = group("orders");
        TaskHandle<?> unused = spawn(orders, Mono.never());
        DrainLifecycle lifecycle = lifecycle(null);
        CompletableFuture<Void> first = lifecycle.end();
        CompletableFuture<Void> second = lifecycle.end();
        assertThat(lifecycle.isRunning()).isTrue();
        clock.advanceTimeBy(TIMES.grace());
        assertThat(first).succeedsWithin(LONG);
        assertThat(second).succeedsWithin(LONG);
        assertThat(lifecycle.isRunning()).isFalse();
        lifecycle.stop();
        assertThat(orders.counts().cancelled()).isEqualTo(1);
        assertThat(log.getOut().lines().filter(line -> line.contains("is closed; waiting")))
                .hasSize(1);
    }

    @Test
    void aHookOfTheDrainMayStopTheApplicationOnItsOwnThreadAndOnAnother(CapturedOutput log) {
        TaskGroup orders = group("orders");
        DrainLifecycle lifecycle = lifecycle(null);
        List<CompletableFuture<Void>> ends = new CopyOnWriteArrayList<>();
        context.getBeanFactory().registerSingleton(WebServerRequests.BEAN, new SmartLifecycle() {
            @Override
            public void start() {}

            @Override
            public void stop() {
                ends.add(lifecycle.end());
                assertThat(CompletableFuture.runAsync(() -> ends.add(lifecycle.end())))
                        .succeedsWithin(LONG);
            }

            @Override
            public boolean isRunning() {
                return true;
            }
        });
        ends.add(lifecycle.end());
        assertThat(ends).hasSize(3).allSatisfy(end -> assertThat(end).succeedsWithin(LONG));
        assertThat(orders.isClosed()).isTrue();
        assertThat(lifecycle.isRunning()).isFalse();
        assertThat(log.getOut().lines().filter(line -> line.contains("group \"orders\" drained")))
                .hasSize(1);
    }

    // ---- subscriptions ----

    @Test
    void subscriptionsAreWaitedForBeforeTheGroupsThatTheyUseAreClosed(CapturedOutput log) {
        TaskGroup orders = group("orders");
        CountedSubscriptions subscriptions = new CountedSubscriptions(new CallSites(List.of()));
        TaskToken subscription = subscriptions.tracker().token();
        stop(subscriptions);
        clock.advanceTimeBy(Duration.ofSeconds(2));
        assertThat(orders.isClosed()).isFalse();
        TaskHandle<?> unused = spawn(orders, Mono.never());
        subscription.close();
        assertThat(orders.isClosed()).isTrue();
        clock.advanceTimeBy(TIMES.grace().minus(MOMENT));
        assertThat(callbacks).hasValue(0);
        clock.advanceTimeBy(MOMENT);
        awaitTheEnd();
        assertThat(log)
                .contains("group \"orders\" cancels 1 task that did not end within 20.0 s")
                .contains("tracker \"subscriptions\" drained in 22.0 s: no task was cancelled, 0 stuck");
    }

    @Test
    void subscriptionsThatNeverEndTakeNoneOfTheGraceOfGroups(CapturedOutput log) {
        TaskGroup orders = group("orders");
        CountedSubscriptions subscriptions = new CountedSubscriptions(new CallSites(List.of()));
        TaskToken endless = subscriptions.tracker().token("consume");
        Registration unusedCancel = subscriptions.token().onCancel(endless::close);
        Sinks.Empty<Void> order = Sinks.empty();
        stop(subscriptions);
        clock.advanceTimeBy(TIMES.cancelWait().dividedBy(2).minus(MOMENT));
        TaskHandle<?> unused = spawn(orders, order.asMono());
        clock.advanceTimeBy(MOMENT);
        assertThat(orders.isClosed()).as("when the first wait is over").isTrue();
        clock.advanceTimeBy(TIMES.grace().minus(MOMENT));
        assertThat(subscriptions.token().isCancelled()).isTrue();
        order.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        awaitTheEnd();
        assertThat(orders.counts().succeeded()).isEqualTo(1);
        assertThat(log)
                .contains("tracker \"subscriptions\" still has 1 task after 2.5 s; closing the groups")
                .contains("group \"orders\" is closed; waiting up to 20.0 s for 1 task")
                .contains("group \"orders\" drained in 19.9 s: 1 completed, 0 failed, 0 cancelled")
                .containsPattern("cancelled: consume #\\d+ of tracker \"subscriptions\"");
    }

    @Test
    void allTogetherTakeNoLongerThanGraceAndWaitWhateverNeverEnds(CapturedOutput log) {
        TaskGroup orders = group("orders");
        CompletableFuture<String> unused =
                orders.submit(TaskOptions.named("import"), task -> new CompletableFuture<String>());
        CountedSubscriptions subscriptions = new CountedSubscriptions(new CallSites(List.of()));
        TaskToken deaf = subscriptions.tracker().token("consume");
        stop(subscriptions);
        clock.advanceTimeBy(TIMES.total().minus(MOMENT));
        assertThat(callbacks).hasValue(0);
        clock.advanceTimeBy(MOMENT);
        awaitTheEnd();
        assertThat(alarms).as("alarms that are left").hasValue(0);
        assertThat(log)
                .contains("group \"orders\" not drained after 22.5 s")
                .contains("tracker \"subscriptions\" not drained after 25.0 s: some tasks were cancelled, 1 stuck");
        deaf.close();
    }

    @Test
    void subscriptionsThatGroupsHaveMadeMeanwhileAreWaitedForAsWell() {
        TaskGroup orders = group("orders");
        CountedSubscriptions subscriptions = new CountedSubscriptions(new CallSites(List.of()));
        Sinks.Empty<Void> order = Sinks.empty();
        TaskHandle<?> unused = spawn(orders, order.asMono());
        stop(subscriptions);
        TaskToken subscription = subscriptions.tracker().token();
        order.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        assertThat(callbacks).hasValue(0);
        subscription.close();
        awaitTheEnd();
    }

    @Test
    void thoseAreCancelledAsWellOnceTheGraceIsOver(CapturedOutput log) {
        TaskGroup orders = group("orders");
        CountedSubscriptions subscriptions = new CountedSubscriptions(new CallSites(List.of()));
        Sinks.Empty<Void> order = Sinks.empty();
        TaskHandle<?> unused = spawn(orders, order.asMono());
        stop(subscriptions);
        TaskToken subscription = subscriptions.tracker().token();
        order.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        clock.advanceTimeBy(TIMES.grace().minus(MOMENT));
        assertThat(subscriptions.token().isCancelled()).isFalse();
        clock.advanceTimeBy(MOMENT);
        assertThat(subscriptions.token().isCancelled()).isTrue();
        assertThat(callbacks).hasValue(0);
        subscription.close();
        awaitTheEnd();
        assertThat(log)
                .containsPattern("WARN .*tracker \"subscriptions\" drained in 20.0 s: some tasks were cancelled");
    }

    @Test
    void subscriptionsThatAreLateAreCancelledOnceTheGraceIsOver(CapturedOutput log) {
        CountedSubscriptions subscriptions = new CountedSubscriptions(new CallSites(List.of()));
        TaskToken deaf = subscriptions.tracker().token("listen");
        stop(subscriptions);
        clock.advanceTimeBy(TIMES.grace().minus(MOMENT));
        assertThat(subscriptions.token().isCancelled()).isFalse();
        clock.advanceTimeBy(MOMENT);
        assertThat(subscriptions.token().isCancelled()).isTrue();
        assertThat(callbacks).hasValue(0);
        clock.advanceTimeBy(TIMES.cancelWait());
        awaitTheEnd();
        assertThat(log)
                .contains("tracker \"subscriptions\" cancels 1 task that did not end within 20.0 s")
                .containsPattern("cancelled: listen #\\d+ of tracker \"subscriptions\"")
                .contains("tracker \"subscriptions\" not drained after 25.0 s: some tasks were cancelled, 1 stuck")
                .containsPattern("stuck: listen #\\d+ of tracker \"subscriptions\"");
        deaf.close();
    }

    /** Waits for the end: a slow shutdown may cancel in another thread. */
    private void awaitTheEnd() {
        await().atMost(LONG).untilAsserted(() -> assertThat(callbacks).hasValue(1));
    }

    private void stop() {
        stop(null);
    }

    private void stop(@Nullable CountedSubscriptions subscriptions) {
        CompletableFuture<Void> unused = lifecycle(subscriptions).end().thenRun(callbacks::incrementAndGet);
    }

    private DrainLifecycle lifecycle(@Nullable CountedSubscriptions subscriptions) {
        if (subscriptions != null) {
            context.getBeanFactory().registerSingleton("subscriptionTracker", subscriptions.tracker());
        }
        return new DrainLifecycle(
                new ContextDrain(
                        new TrackedBeans(context.getBeanFactory()), subscriptions, null, TIMES, timer, Runnable::run),
                new WebServerRequests(context.getBeanFactory(), Duration.ofSeconds(30), timer),
                new StopOrder(context.getBeanFactory(), new TrackedBeans(context.getBeanFactory())),
                new ShutdownProgress(context, timer),
                DrainLifecycle.DEFAULT_PHASE_OF_DRAIN,
                context);
    }

    private TaskGroup group(String name) {
        TaskGroup group =
                TaskGroup.builder(name).timer(timer).executor(Runnable::run).build();
        context.getBeanFactory().registerSingleton(name + " bean", group);
        return group;
    }

    private TaskTracker tracker(String name) {
        TaskTracker tracker = TaskTracker.create(name);
        context.getBeanFactory().registerSingleton(name + " bean", tracker);
        return tracker;
    }

    /** A timer with a count of its alarms that have neither run nor been cancelled. */
    private record CountedAlarms(TaskTimer timer, AtomicInteger open) implements TaskTimer {

        @Override
        public long nanoTime() {
            return timer.nanoTime();
        }

        @Override
        public Registration schedule(Duration delay, Runnable action) {
            AtomicInteger one = new AtomicInteger(1);
            open.addAndGet(1);
            Registration registration = timer.schedule(delay, () -> {
                open.addAndGet(-one.getAndSet(0));
                action.run();
            });
            return () -> {
                open.addAndGet(-one.getAndSet(0));
                registration.close();
            };
        }
    }
}
