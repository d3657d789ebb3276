// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.LeakWatch;
import io.reactivetracker.LeakedTask;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.adapter.CancelledTask;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.Permit;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskGroupBuilder;
import io.reactivetracker.test.ManualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import jdk.jfr.AnnotationElement;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import shop.Orders;

/** The events, as real recordings have them. */
@SuppressWarnings("FutureReturnValueIgnored") // the outcomes are those of the events
class JfrEventsTest {

    private static final List<String> TYPES =
            List.of("TaskEnded", "TaskRefused", "TaskLeaked", "DrainBegun", "DrainEnded", "ShutdownEnded", "LeaseLost");

    /** Far above the difference of the two clocks that measure durations and waiting times. */
    private static final Duration SOME_TIME = Duration.ofMillis(10);

    private final IllegalStateException broken = new IllegalStateException("broken");

    private final ManualTimer timer = new ManualTimer();
    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = builder("mails").build();

    private TaskGroupBuilder builder(String name) {
        return TaskGroup.builder(name).timer(timer).executor(Runnable::run);
    }

    private static CompletableFuture<String> submit(
            TaskGroup group, String name, Supplier<? extends CompletionStage<String>> body) {
        return group.submit(name, task -> body.get());
    }

    /** Returns when the clocks have advanced. */
    private static void letTimePass() {
        long start = System.nanoTime();
        while (System.nanoTime() - start < 2 * SOME_TIME.toNanos()) {
            Thread.onSpinWait();
        }
    }

    private static void runInThread(String name, Runnable action) throws InterruptedException {
        Thread thread = new Thread(action, name);
        thread.start();
        thread.join();
    }

    private static RecordedEvent only(List<RecordedEvent> events) {
        assertThat(events).hasSize(1);
        return events.get(0);
    }

    private static void assertRefusal(RecordedEvent event, String tracker, @Nullable String task, String reason) {
        assertThat(event.getString("tracker")).isEqualTo(tracker);
        assertThat(event.getString("task")).isEqualTo(task);
        assertThat(event.getString("reason")).isEqualTo(reason);
    }

    // ---- the ends of tasks ----

    @Test
    void aTaskOfATrackerIsWrittenByTheThreadThatEndsIt() throws Exception {
        try (EventRecording recording = EventRecording.withTasks()) {
            TaskToken token = tracker.token("ship");
            long id = Objects.requireNonNull(token.runningTask()).id();
            letTimePass();
            runInThread("ends-it", token::close);
            token.close();

            RecordedEvent event = only(recording.end("TaskEnded"));
            assertThat(event.getString("tracker")).isEqualTo("orders");
            assertThat(event.getString("task")).isEqualTo("ship");
            assertThat(event.getLong("taskId")).isEqualTo(id);
            assertThat(event.getString("outcome")).isNull();
            assertThat(event.getInt("attempts")).isOne();
            assertThat(event.getBoolean("issuedBefore")).isFalse();
            assertThat(event.getDuration()).isPositive();
            assertThat(event.getDuration("queued")).isZero();
            assertThat(event.getThread().getJavaName()).isEqualTo("ends-it");
            assertThat(event.getStackTrace()).isNull();
        }
    }

    @Test
    void aTaskWithoutANameWritesNothing() {
        try (EventRecording recording = EventRecording.withTasks()) {
            tracker.token().close();
            Objects.requireNonNull(tracker.tryToken()).close();
            tracker.track(CompletableFuture.completedFuture("done"));
            tracker.token("named").close();
            assertThat(only(recording.end()).getString("task")).isEqualTo("named");
        }
    }

    @Test
    void aTaskOfAGroupHasTheOutcomeThatItIsCountedBy() {
        TaskGroup full = builder("full").admission(Admission.concurrency(1, 0)).build();
        CompletableFuture<String> held = new CompletableFuture<>();
        try (EventRecording recording = EventRecording.withTasks()) {
            submit(full, "works", () -> held);
            submit(full, "breaks", () -> CompletableFuture.failedFuture(broken));
            full.submit(TaskOptions.named("is late").and(TaskOptions.timeout(Duration.ofSeconds(1))), task -> held);
            held.complete("done");
            submit(full, "breaks", () -> CompletableFuture.failedFuture(broken));
            CompletableFuture<String> stays = new CompletableFuture<>();
            full.submit(TaskOptions.named("is late").and(TaskOptions.timeout(Duration.ofSeconds(1))), task -> stays);
            timer.advance(Duration.ofSeconds(1));
            stays.complete("too late");
            TaskToken cancelled = full.token("is cancelled");
            full.cancel();
            cancelled.close();

            List<RecordedEvent> events = recording.end("TaskEnded");
            assertThat(events)
                    .extracting(event -> event.getString("task") + " " + event.getString("outcome"))
                    .containsExactlyInAnyOrder(
                            "works SUCCEEDED",
                            "breaks REJECTED",
                            "is late REJECTED",
                            "breaks FAILED",
                            "is late TIMED_OUT",
                            "is cancelled CANCELLED");
            for (Outcome outcome : Outcome.values()) {
                assertThat(events)
                        .filteredOn(event -> outcome.name().equals(event.getString("outcome")))
                        .hasSize((int) full.counts().ended(outcome));
            }
        }
    }

    @Test
    void aTaskThatWaitsForAPermitTellsHowLong() {
        TaskGroup narrow = builder("narrow").admission(Admission.concurrency(1)).build();
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> second = new CompletableFuture<>();
        try (EventRecording recording = EventRecording.withTasks()) {
            submit(narrow, "first", () -> first);
            submit(narrow, "second", () -> second);
            CompletableFuture<String> third = submit(narrow, "third", () -> second);
            letTimePass();
            third.cancel(true);
            first.complete("done");
            letTimePass();
            second.complete("done");

            List<RecordedEvent> events = recording.end("TaskEnded");
            assertThat(events).extracting(event -> event.getString("task")).containsExactly("third", "first", "second");
            assertThat(events.get(0).getDuration("queued")).isPositive();
            assertThat(events.get(1).getDuration("queued")).isZero();
            assertThat(events.get(2).getDuration("queued"))
                    .isPositive()
                    .isLessThan(events.get(2).getDuration().minus(SOME_TIME));
        }
    }

    @Test
    void aTaskThatReleasesItsPermitToRetryIsQueuedMeanwhile() {
        Duration delay = Duration.ofSeconds(1);
        TaskGroup retrying = builder("retrying")
                .admission(Admission.concurrency(1))
                .onError(ErrorPolicy.retry(2, Backoff.fixed(delay)).releasingPermit())
                .build();
        AtomicInteger calls = new AtomicInteger();
        try (EventRecording recording = EventRecording.withTasks()) {
            submit(
                    retrying,
                    "flaky",
                    () -> calls.incrementAndGet() < 3
                            ? CompletableFuture.failedFuture(broken)
                            : CompletableFuture.completedFuture("done"));
            letTimePass();
            timer.advance(delay);
            letTimePass();
            timer.advance(delay);

            RecordedEvent event = only(recording.end("TaskEnded"));
            assertThat(event.getInt("attempts")).isEqualTo(3);
            assertThat(event.getString("outcome")).isEqualTo("SUCCEEDED");
            assertThat(event.getDuration("queued")).isPositive().isLessThan(event.getDuration());
        }
    }

    @Test
    void aTaskThatBlocksIsWrittenWhenItsBodyHasReturned() throws Exception {
        CountDownLatch isInBody = new CountDownLatch(1);
        CountDownLatch mayReturn = new CountDownLatch(1);
        try (EventRecording recording = EventRecording.withTasks()) {
            CompletableFuture<String> future = group.submitBlocking("blocks", () -> {
                isInBody.countDown();
                while (mayReturn.getCount() > 0) {
                    try {
                        mayReturn.await();
                    } catch (InterruptedException ignored) {
                        // It does not end early.
                        letTimePass();
                    }
                }
                return "done";
            });
            isInBody.await();
            future.cancel(true);
            group.token("ends before").close();
            mayReturn.countDown();
            group.closeAndDrain().await();

            assertThat(recording.end("TaskEnded"))
                    .extracting(event -> event.getString("task") + " " + event.getString("outcome"))
                    .containsExactly("ends before SUCCEEDED", "blocks CANCELLED");
        }
    }

    @Test
    void aTaskThatIsHeldIsWrittenWhenItIsReleased() {
        List<Runnable> releases = new ArrayList<>();
        try (EventRecording recording = EventRecording.withTasks()) {
            GroupTask held = GroupTask.issue(group, TaskOptions.named("held"), () -> null);
            held.runCancel(() -> releases.add(Objects.requireNonNull(CancelledTask.hold())));
            held.end(Outcome.CANCELLED);
            group.token("ends before").close();
            releases.forEach(Runnable::run);

            assertThat(recording.end("TaskEnded"))
                    .extracting(event -> event.getString("task") + " " + event.getString("outcome"))
                    .containsExactly("ends before SUCCEEDED", "held CANCELLED");
        }
    }

    @Test
    void aTaskThatWasIssuedBeforeHasNoDuration() {
        TaskToken token = tracker.token("old");
        TaskToken ofGroup = group.token("old of group");
        letTimePass();
        try (EventRecording recording = EventRecording.withTasks()) {
            token.close();
            ofGroup.close();

            List<RecordedEvent> events = recording.end("TaskEnded");
            assertThat(events).extracting(event -> event.getString("task")).containsExactly("old", "old of group");
            assertThat(events).allSatisfy(event -> {
                assertThat(event.getBoolean("issuedBefore")).isTrue();
                assertThat(event.getDuration()).isZero();
            });
        }
    }

    @Test
    void theThresholdOfTheRecordingIsThatOfTheDuration() {
        try (EventRecording recording = EventRecording.withTasks(Duration.ofHours(1))) {
            tracker.token("short").close();
            group.token("short").close();
            assertThat(recording.end()).isEmpty();
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void aVirtualThreadIsNamedAsSuch() throws Exception {
        try (EventRecording recording = EventRecording.withTasks()) {
            TaskToken token = tracker.token("virtual");
            Runnable end = token::close;
            ((Thread) Thread.class
                            .getMethod("startVirtualThread", Runnable.class)
                            .invoke(null, end))
                    .join();
            RecordedEvent event = only(recording.end("TaskEnded"));
            assertThat(event.getThread().getBoolean("virtual")).isTrue();
        }
    }

    @Test
    void aLeakIsWrittenBeforeItIsReported() {
        List<LeakedTask> told = new CopyOnWriteArrayList<>();
        try (EventRecording recording = EventRecording.withTasks();
                Registration watch = LeakWatch.always().listener(told::add).start(tracker)) {
            Orders.forgetToken(tracker, "ship");
            Awaitility.await().until(() -> {
                System.gc();
                return !told.isEmpty();
            });
            assertThat(watch).isNotNull();

            RecordedEvent event = only(recording.end());
            assertThat(event.getEventType().getLabel()).isEqualTo("Task Leaked");
            assertThat(event.getString("tracker")).isEqualTo("orders");
            assertThat(event.getString("task")).isEqualTo("ship");
            assertThat(event.getDuration("age")).isEqualTo(told.get(0).age());
            assertThat(event.getBoolean("released")).isFalse();
            assertThat(event.getString("createdAt")).contains("shop.Orders.forgetToken");
        }
    }

    @Test
    void aWatchedTaskHasTheEventOfItsEnd() {
        try (EventRecording recording = EventRecording.withTasks();
                Registration watch = LeakWatch.always().start(tracker)) {
            tracker.token("ship").close();
            tracker.token().close();
            assertThat(watch).isNotNull();

            RecordedEvent event = only(recording.end());
            assertThat(event.getString("task")).isEqualTo("ship");
            assertThat(event.getBoolean("issuedBefore")).isFalse();
        }
    }

    // ---- refusals ----

    @Test
    void aClosedTrackerRefusesByAnEvent() {
        tracker.close();
        TaskOptions strict = TaskOptions.strict();
        try (EventRecording recording = EventRecording.withDefaults()) {
            assertThat(tracker.tryToken("tried")).isNull();
            assertThat(tracker.tryToken()).isNull();
            assertThatThrownBy(() -> tracker.submitBlocking(strict, () -> "late"))
                    .isInstanceOf(TrackerClosedException.class);
            assertThatThrownBy(() -> tracker.submitBlocking(strict.and(TaskOptions.named("late")), () -> "late"))
                    .isInstanceOf(TrackerClosedException.class);

            List<RecordedEvent> events = recording.end("TaskRefused");
            assertThat(events).hasSize(3);
            assertRefusal(events.get(0), "orders", "tried", "CLOSED");
            assertRefusal(events.get(1), "orders", null, "CLOSED");
            assertRefusal(events.get(2), "orders", "late", "CLOSED");
        }
    }

    @Test
    void aGroupThatIsClosedOrCancelledRefusesByOneEvent() {
        TaskGroup cancelled = builder("cancelled").build();
        group.close();
        cancelled.cancel();
        try (EventRecording recording = EventRecording.withDefaults()) {
            assertThatThrownBy(() -> group.token("late")).isInstanceOf(GroupClosedException.class);
            assertThatThrownBy(() -> submit(group, "late", CompletableFuture::new))
                    .isInstanceOf(GroupClosedException.class);
            assertThatThrownBy(() -> GroupTask.issue(group, TaskOptions.defaults(), () -> null))
                    .isInstanceOf(GroupClosedException.class);
            assertThatThrownBy(() -> group.child("below")).isInstanceOf(GroupClosedException.class);
            assertThatThrownBy(() -> cancelled.token("late")).isInstanceOf(TaskCancelledException.class);

            List<RecordedEvent> events = recording.end("TaskRefused");
            assertThat(events).hasSize(4);
            assertRefusal(events.get(0), "mails", "late", "CLOSED");
            assertRefusal(events.get(1), "mails", "late", "CLOSED");
            assertRefusal(events.get(2), "mails", "mails", "CLOSED");
            assertRefusal(events.get(3), "cancelled", "late", "CANCELLED");
        }
    }

    @Test
    void aRejectionTellsWhoRejectedAndWhy() {
        TaskGroup full = builder("full").admission(Admission.concurrency(1, 0)).build();
        TaskGroup overloaded = TaskGroup.builder("overloaded")
                .admission(request -> {
                    // Answers in another thread than the one that asks, so that the executor runs the task.
                    Thread other = new Thread(() -> request.grant(Permit.NOTHING_TO_RELEASE));
                    other.start();
                    try {
                        other.join();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return Registration.none();
                })
                .executor(command -> {
                    throw new RejectedExecutionException("shut down");
                })
                .build();
        try (EventRecording recording = EventRecording.withTasks()) {
            submit(full, "runs", CompletableFuture::new);
            submit(full, "one too many", CompletableFuture::new);
            submit(overloaded, "no thread", CompletableFuture::new);
            assertThatThrownBy(() -> overloaded
                            .wrap(command -> {
                                throw new RejectedExecutionException("shut down");
                            })
                            .execute(() -> {}))
                    .isInstanceOf(RejectedExecutionException.class);

            List<RecordedEvent> events = recording.end();
            List<RecordedEvent> refused = events.stream()
                    .filter(event -> event.getEventType().getName().endsWith("TaskRefused"))
                    .toList();
            assertThat(refused).hasSize(3);
            assertRefusal(refused.get(0), "full", "one too many", "ADMISSION");
            assertThat(refused.get(0).getString("detail")).contains("the limit is 1 at a time");
            assertRefusal(refused.get(1), "overloaded", "no thread", "EXECUTOR");
            assertThat(refused.get(1).getString("detail")).isEqualTo(RejectedExecutionException.class.getName());
            assertRefusal(refused.get(2), "overloaded", "overloaded", "EXECUTOR");
            // Each of them was issued, so its end is written, too.
            assertThat(events)
                    .filteredOn(event -> event.getEventType().getName().endsWith("TaskEnded"))
                    .filteredOn(event -> "REJECTED".equals(event.getString("outcome")))
                    .extracting(event -> event.getLong("taskId"))
                    .containsExactlyElementsOf(refused.stream()
                            .map(event -> event.getLong("taskId"))
                            .toList());
        }
    }

    // ---- drains ----

    @Test
    void aDrainHasABeginAndAnEnd() throws Exception {
        TaskToken first = tracker.token();
        TaskToken last = tracker.token("ship");
        try (EventRecording recording = EventRecording.withDefaults()) {
            tracker.close();
            tracker.close();
            first.close();
            letTimePass();
            runInThread("drains-it", last::close);
            tracker.token().close();

            List<RecordedEvent> events = recording.end();
            assertThat(events)
                    .extracting(event -> event.getEventType().getName())
                    .containsExactly("io.reactivetracker.DrainBegun", "io.reactivetracker.DrainEnded");
            assertThat(events).allSatisfy(event -> {
                assertThat(event.getString("tracker")).isEqualTo("orders");
                assertThat(event.getLong("running")).isEqualTo(2);
            });
            assertThat(events.get(0).getStackTrace().getFrames())
                    .extracting(frame -> frame.getMethod().getName())
                    .contains("close", "aDrainHasABeginAndAnEnd");
            assertThat(events.get(1).getThread().getJavaName()).isEqualTo("drains-it");
            assertThat(events.get(1).getDuration()).isPositive();
            assertThat(events.get(1).getStartTime())
                    .isBeforeOrEqualTo(events.get(0).getStartTime());
        }
    }

    @Test
    void aDrainEndsAfterTheEventsOfItsTasks() {
        TaskToken token = tracker.token("ship");
        TaskToken ofGroup = group.token("mail");
        try (EventRecording recording = EventRecording.withTasks()) {
            tracker.close();
            token.close();
            group.close();
            ofGroup.close();

            assertThat(recording.end())
                    .extracting(event -> event.getEventType().getLabel() + " " + event.getString("tracker"))
                    .containsExactly(
                            "Drain Begun orders",
                            "Task Ended orders",
                            "Drain Ended orders",
                            "Drain Begun mails",
                            "Task Ended mails",
                            "Drain Ended mails");
        }
    }

    @Test
    void aTrackerThatIsReopenedBeforeItDrainsHasNoEnd() {
        TaskToken token = tracker.token();
        try (EventRecording recording = EventRecording.withDefaults()) {
            tracker.close();
            tracker.reopen();
            token.close();
            tracker.close();

            assertThat(recording.end())
                    .extracting(event -> event.getEventType().getLabel() + " " + event.getLong("running"))
                    .containsExactlyInAnyOrder("Drain Begun 1", "Drain Begun 0", "Drain Ended 0");
        }
    }

    @Test
    void aGroupDrainsOnceWithAllGroupsBelowIt() {
        TaskGroup below = group.child("below");
        TaskToken token = group.token();
        TaskToken ofBelow = below.token();
        try (EventRecording recording = EventRecording.withDefaults()) {
            group.closeAndDrain();
            token.close();
            ofBelow.close();

            assertThat(recording.end())
                    .extracting(event -> event.getEventType().getLabel() + " " + event.getString("tracker") + " "
                            + event.getLong("running"))
                    .containsExactly(
                            "Drain Begun mails 2", "Drain Begun below 1", "Drain Ended below 1", "Drain Ended mails 2");
        }
    }

    @Test
    void aShutdownTellsWhatBecameOfTheTasks() {
        submit(group, "succeeded before", () -> CompletableFuture.completedFuture("done"));
        TaskToken succeeds = group.token("succeeds");
        TaskToken isCancelled = group.token("is cancelled");
        CompletableFuture<String> stuck = new CompletableFuture<>();
        try (EventRecording recording = EventRecording.withDefaults()) {
            TaskGroup hanging = builder("hanging").build();
            submit(hanging, "hangs", () -> stuck);
            hanging.shutdown(Shutdown.grace(Duration.ofSeconds(1)));
            group.shutdown(Shutdown.grace(Duration.ofSeconds(1)).thenCancel(Duration.ofSeconds(1)));
            succeeds.close();
            timer.advance(Duration.ofSeconds(1));
            isCancelled.close();

            List<RecordedEvent> events = recording.end("ShutdownEnded");
            assertThat(events).hasSize(2);
            RecordedEvent timeOver = events.get(0);
            assertThat(timeOver.getString("group")).isEqualTo("hanging");
            assertThat(timeOver.getString("result")).isEqualTo("TIME_OVER");
            assertThat(timeOver.getLong("running")).isOne();
            assertThat(timeOver.getLong("pending")).isOne();
            RecordedEvent drained = events.get(1);
            assertThat(drained.getString("group")).isEqualTo("mails");
            assertThat(drained.getString("result")).isEqualTo("DRAINED");
            assertThat(drained.getLong("running")).isEqualTo(2);
            assertThat(drained.getLong("succeeded")).isOne();
            assertThat(drained.getLong("cancelled")).isOne();
            assertThat(drained.getLong("failed") + drained.getLong("timedOut") + drained.getLong("rejected"))
                    .isZero();
            assertThat(drained.getLong("pending")).isZero();
            assertThat(drained.getDuration()).isPositive();
        }
    }

    // ---- off, and what the events do not do ----

    @Test
    void withoutARecordingNothingIsWanted() {
        assertThat(JfrEvents.recordsTasks()).isFalse();
        assertThat(JfrEvents.beginTask()).isNull();
        assertThat(JfrEvents.beginDrain()).isNull();
        assertThat(JfrEvents.beginShutdown()).isNull();
    }

    @Test
    void aRecordingHasTasksOnlyIfItsSettingsEnableThem() {
        try (EventRecording recording = EventRecording.withDefaults()) {
            assertThat(JfrEvents.recordsTasks()).isFalse();
            tracker.token("ship").close();
            group.token("mail").close();
            tracker.close();
            assertThat(recording.end())
                    .extracting(event -> event.getEventType().getLabel())
                    .containsExactlyInAnyOrder("Drain Begun", "Drain Ended");
        }
    }

    @Test
    void anEventAsksNoCodeOfTheApplication() {
        int unrecorded = callsOfOneTask();
        try (EventRecording recording = EventRecording.withTasks()) {
            assertThat(callsOfOneTask()).isEqualTo(unrecorded);
            assertThat(recording.end("TaskEnded")).hasSize(1);
        }
    }

    /** Returns how often a task of a group calls its timer and its origin. */
    private static int callsOfOneTask() {
        AtomicInteger calls = new AtomicInteger();
        ManualTimer real = new ManualTimer();
        TaskTimer counted = new TaskTimer() {
            @Override
            public long nanoTime() {
                calls.incrementAndGet();
                return real.nanoTime();
            }

            @Override
            public Registration schedule(Duration delay, Runnable action) {
                calls.incrementAndGet();
                return real.schedule(delay, action);
            }
        };
        TaskGroup group = TaskGroup.builder("counted").timer(counted).build();
        GroupTask task = GroupTask.issue(group, TaskOptions.named("counted"), () -> {
            calls.incrementAndGet();
            return "origin";
        });
        task.end(Outcome.SUCCEEDED);
        return calls.get();
    }

    @Test
    void eachEventExplainsItself() {
        try (EventRecording recording = EventRecording.withTasks()) {
            assertThat(recording.end()).isEmpty();
            List<EventType> types = FlightRecorder.getFlightRecorder().getEventTypes().stream()
                    .filter(type -> type.getName().startsWith(EventRecording.PREFIX))
                    .toList();
            assertThat(types)
                    .extracting(EventType::getName)
                    .containsExactlyInAnyOrderElementsOf(
                            TYPES.stream().map(EventRecording.PREFIX::concat).toList());
            for (EventType type : types) {
                assertThat(type.getCategoryNames()).first().isEqualTo("Reactive Tracker");
                assertThat(type.getLabel()).isNotNull().contains(" ");
                assertThat(type.getDescription()).isNotBlank();
                for (ValueDescriptor field : type.getFields()) {
                    assertThat(field.getLabel())
                            .as(type.getName() + "." + field.getName())
                            .isNotBlank();
                    assertThat(field.getAnnotationElements())
                            .extracting(AnnotationElement::getTypeName)
                            .contains("jdk.jfr.Label");
                }
            }
        }
    }
}
