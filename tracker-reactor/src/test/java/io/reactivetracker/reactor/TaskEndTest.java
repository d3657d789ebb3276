// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.blocking;
import static io.reactivetracker.reactor.ReactorTracking.cancelWith;
import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackCleanUp;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskGroup;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** When a task has ended, nothing of it runs: neither a blocking body nor the clean-up of {@code usingWhen}. */
@Timeout(60)
class TaskEndTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = TaskGroup.builder("mails").build();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final Sinks.Empty<Void> closed = Sinks.empty();
    private final List<String> cleanUps = new CopyOnWriteArrayList<>();

    private String blocks() throws InterruptedException {
        begun.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            release.await();
        }
        return "late";
    }

    private static boolean isDone(Mono<Void> ended) {
        AtomicInteger completions = new AtomicInteger();
        Disposable wait = ended.subscribe(none -> {}, error -> {}, completions::incrementAndGet);
        wait.dispose();
        return completions.get() == 1;
    }

    private Mono<Void> close(String why) {
        return Mono.fromRunnable(() -> cleanUps.add(why)).then(closed.asMono());
    }

    private <T> Flux<T> using(Flux<T> source) {
        return Flux.usingWhen(
                Mono.just("connection"),
                connection -> source,
                connection -> close("complete").transform(trackCleanUp()),
                (connection, error) -> close("error").transform(trackCleanUp()),
                connection -> close("cancel").transform(trackCleanUp()));
    }

    // ---- ended() ----

    @Test
    void hasEndedAfterItsResultAndWhenItIsNotCounted() {
        Sinks.One<String> source = Sinks.one();
        TaskHandle<String> ofTracker = spawn(tracker, source.asMono());
        TaskHandle<String> ofGroup = spawn(group, source.asMono());
        List<String> seen = new CopyOnWriteArrayList<>();
        ofTracker.ended().subscribe(none -> {}, error -> {}, () -> seen.add("tracker " + tracker.size()));
        ofGroup.ended()
                .subscribe(
                        none -> {},
                        error -> {},
                        () -> seen.add("group " + group.counts().active()));
        ofTracker.join().subscribe(value -> seen.add(value + tracker.size()));

        source.tryEmitValue("shipped");

        assertThat(seen).containsExactly("shipped1", "tracker 0", "group 0");
        StepVerifier.create(ofTracker.ended()).verifyComplete();
        StepVerifier.create(ofGroup.ended()).verifyComplete();
    }

    @Test
    void endsWithoutAnErrorIfTheTaskFails() {
        IllegalStateException failure = new IllegalStateException("no ship");
        TaskHandle<String> ofTracker = spawn(tracker, Mono.error(failure));
        TaskHandle<String> ofGroup = spawn(group, Mono.error(failure));

        StepVerifier.create(ofTracker.ended().then(ofGroup.ended())).verifyComplete();
        assertThat(dropped.takeErrors()).containsExactly(failure, failure);
    }

    @Test
    void anAbortedTaskOfATrackerEndsWhenItsBlockingBodyHasReturned() throws Exception {
        TaskHandle<String> task = spawn(tracker, "import", blocking(TaskTracker.create("other"), "b", this::blocks));
        begun.await();

        assertThat(task.abort()).isTrue();

        StepVerifier.create(task.join()).verifyError(TaskCancelledException.class);
        assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsExactly("import");
        assertThat(isDone(task.ended())).isFalse();
        release.countDown();
        task.ended().block();
        assertThat(tracker.size()).isZero();
    }

    @Test
    void anAbortedTaskOfAGroupEndsWhenItsBlockingBodyHasReturned() throws Exception {
        TaskGroup other = TaskGroup.builder("other").build();
        TaskHandle<String> task = spawn(group, "import", blocking(other, "b", this::blocks));
        begun.await();

        assertThat(task.abort()).isTrue();

        StepVerifier.create(task.join()).verifyError(TaskCancelledException.class);
        assertThat(group.counts().active()).isOne();
        assertThat(isDone(task.ended())).isFalse();
        release.countDown();
        task.ended().block();
        assertThat(group.counts().cancelled()).isOne();
    }

    @Test
    void aSubscriptionThatIsCancelledIsCountedUntilItsBlockingBodyHasReturned() throws Exception {
        TaskTracker other = TaskTracker.create("other");
        Disposable ofTracker =
                blocking(other, "b", this::blocks).transform(trackWith(tracker)).subscribe();
        begun.await();

        ofTracker.dispose();

        assertThat(tracker.size()).isOne();
        release.countDown();
        await().until(tracker::isEmpty);
    }

    // ---- usingWhen ----

    @Test
    void aDrainWaitsForTheCleanUpAfterACompletionAndAnError() {
        List<String> seen = new CopyOnWriteArrayList<>();
        using(Flux.just("a")).transform(trackWith(group)).subscribe(seen::add);
        using(Flux.error(new IllegalStateException("no ship")))
                .transform(trackWith(group))
                .subscribe(value -> {}, error -> seen.add("failed"));

        assertThat(cleanUps).containsExactly("complete", "error");
        assertThat(group.counts().active()).isEqualTo(2);
        closed.tryEmitEmpty();
        assertThat(seen).containsExactly("a", "failed");
        assertThat(group.closeAndDrain().isDone()).isTrue();
    }

    @Test
    void aDrainWaitsForTheCleanUpAfterACancelOfTheDownstream() {
        using(Flux.never()).transform(trackWith(group)).subscribe().dispose();
        using(Flux.never()).transform(trackWith(tracker, "export")).subscribe().dispose();

        assertThat(cleanUps).containsExactly("cancel", "cancel");
        assertThat(group.counts().active()).isOne();
        assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsExactly("export");
        group.close();
        closed.tryEmitEmpty();
        assertThat(group.counts().cancelled()).isOne();
        assertThat(group.drained().isDone()).isTrue();
        assertThat(tracker.isEmpty()).isTrue();
    }

    @Test
    void aDrainWaitsForTheCleanUpAfterACancelOfTheGroup() {
        List<Throwable> errors = new CopyOnWriteArrayList<>();
        using(Flux.never()).transform(trackWith(group)).subscribe(value -> {}, errors::add);

        group.cancel();

        assertThat(errors).singleElement().isInstanceOf(TaskCancelledException.class);
        assertThat(cleanUps).containsExactly("cancel");
        assertThat(group.drained().isDone()).isFalse();
        closed.tryEmitError(new IllegalStateException("not closed"));
        assertThat(group.drained().isDone()).isTrue();
    }

    @Test
    void aCleanUpThatHangsIsReported() {
        using(Flux.never()).transform(trackWith(group, "export")).subscribe(value -> {}, error -> {});

        ShutdownReport report = group.shutdown(
                        Shutdown.grace(Duration.ofMillis(1)).thenCancel(Duration.ofMillis(1)))
                .join();

        assertThat(report.isDrained()).isFalse();
        assertThat(report.toString()).contains("export");
        closed.tryEmitEmpty();
        await().until(() -> group.drained().isDone());
    }

    @Test
    void aSpawnedTaskEndsAfterItsCleanUp() {
        TaskHandle<Object> ofTracker = spawn(tracker, using(Flux.never()).next());
        TaskHandle<Object> ofGroup = spawn(group, using(Flux.never()).next());

        assertThat(ofTracker.abort()).isTrue();
        assertThat(ofGroup.abort()).isTrue();

        assertThat(isDone(ofTracker.ended())).isFalse();
        assertThat(isDone(ofGroup.ended())).isFalse();
        closed.tryEmitEmpty();
        StepVerifier.create(ofTracker.ended().then(ofGroup.ended())).verifyComplete();
    }

    @Test
    void aCleanUpThatThrowsOrIsNotPartOfACancelHoldsNothing() {
        Mono<Void> throwing = new Mono<>() {
            @Override
            public void subscribe(reactor.core.CoreSubscriber<? super Void> actual) {
                throw new IllegalStateException("no clean-up");
            }
        };
        Flux.usingWhen(Mono.just(""), it -> Flux.never(), it -> throwing.transform(trackCleanUp()))
                .transform(trackWith(group))
                .subscribe(value -> {}, error -> {});
        Throwable unused = org.assertj.core.api.Assertions.catchThrowable(group::cancel);
        assertThat(group.drained().isDone()).isTrue();

        StepVerifier.create(Mono.just("alone").transform(trackCleanUp()))
                .expectNext("alone")
                .verifyComplete();
        CancellationToken token = CancellationToken.create();
        using(Flux.never()).transform(cancelWith(token)).subscribe(value -> {}, error -> {});
        assertThat(token.cancel()).isTrue();
        assertThat(cleanUps).containsExactly("cancel");
    }

    @Test
    void theOutcomeOfAHeldTaskIsTheFirst() {
        TaskHandle<Object> task = spawn(group, using(Flux.never()).next());
        task.abort();

        group.cancel();

        assertThat(group.counts().ended(Outcome.CANCELLED)).isZero();
        closed.tryEmitEmpty();
        assertThat(group.counts().cancelled()).isOne();
    }

    // ---- failures after a cancel ----

    @Test
    void aFailureAfterTheCancelIsDroppedOnceAndAnInterruptIsNot() throws Exception {
        IllegalStateException failure = new IllegalStateException("disk full");
        for (boolean isFailing : new boolean[] {true, false}) {
            CountDownLatch started = new CountDownLatch(2);
            java.util.concurrent.Callable<String> body = () -> {
                started.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException interrupted) {
                    if (isFailing) {
                        throw failure;
                    }
                    throw new IllegalStateException("stopped", interrupted);
                }
                return "never";
            };
            Disposable ofTracker = blocking(tracker, "a", body).subscribe();
            Disposable ofGroup = blocking(group, "b", body).subscribe();
            started.await();

            ofTracker.dispose();
            ofGroup.dispose();

            await().until(() -> tracker.isEmpty() && group.counts().active() == 0);
            if (isFailing) {
                await().untilAsserted(() -> assertThat(dropped.errors()).containsExactly(failure, failure));
                assertThat(dropped.takeErrors()).hasSize(2);
            }
        }
    }
}
