// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.blocking;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.TaskGroup;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** {@link ReactorTracking#blocking(TaskTracker, String, java.util.concurrent.Callable)} and that of groups. */
@Timeout(60)
class BlockingTest {

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = TaskGroup.builder("mails").build();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final CopyOnWriteArrayList<Throwable> dropped = new CopyOnWriteArrayList<>();

    @AfterEach
    void reset() {
        Hooks.resetOnErrorDropped();
        Schedulers.resetOnScheduleHook("test");
    }

    private String blocks() throws InterruptedException {
        begun.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            release.await();
        }
        return "late";
    }

    @Test
    void emitsTheResultWhenTheTaskIsNotCountedAnyMore() {
        StepVerifier.create(blocking(tracker, "import", () -> "done").map(it -> it + tracker.size()))
                .expectNext("done0")
                .verifyComplete();
        StepVerifier.create(blocking(group, "import", () -> "done")
                        .map(it -> it + group.counts().active()))
                .expectNext("done0")
                .verifyComplete();
    }

    @Test
    void nullIsAnEmptyMono() {
        StepVerifier.create(blocking(tracker, "import", () -> null)).verifyComplete();
        StepVerifier.create(blocking(group, "import", () -> null)).verifyComplete();
    }

    @Test
    void anErrorOfTheCodeIsTheErrorItself() {
        StepVerifier.create(blocking(tracker, "import", () -> {
                    throw new java.io.IOException("reset");
                }))
                .verifyErrorMatches(error -> error instanceof java.io.IOException);
        StepVerifier.create(blocking(group, "import", () -> {
                    throw new java.io.IOException("reset");
                }))
                .verifyErrorMatches(error -> error instanceof java.io.IOException);
    }

    @Test
    void eachSubscriptionIsATask() {
        var twice = blocking(group, "import", () -> "done").repeat(1);

        StepVerifier.create(twice).expectNext("done", "done").verifyComplete();
        assertThat(group.counts().succeeded()).isEqualTo(2);
    }

    @Test
    void aCancelInterruptsTheCodeAndTheCountWaitsForIt() throws Exception {
        Hooks.onErrorDropped(dropped::add);
        Disposable running = blocking(tracker, "import", this::blocks).subscribe();
        begun.await();
        assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsExactly("import");

        running.dispose();

        assertThat(tracker.size()).isEqualTo(1);
        release.countDown();
        await().until(tracker::isEmpty);
        assertThat(dropped).isEmpty();
    }

    @Test
    void aCancelOfASubscriptionInAGroupInterruptsTheCode() throws Exception {
        Hooks.onErrorDropped(dropped::add);
        Disposable running = blocking(group, "import", this::blocks).subscribe();
        begun.await();

        running.dispose();

        assertThat(group.counts().active()).isEqualTo(1);
        release.countDown();
        await().until(() -> group.counts().cancelled() == 1);
        assertThat(dropped).isEmpty();
    }

    @Test
    void aCancelOfTheGroupFailsTheMonoAtOnceAndTheDrainWaitsForTheCode() throws Exception {
        CopyOnWriteArrayList<Throwable> errors = new CopyOnWriteArrayList<>();
        Disposable unused = blocking(group, "import", this::blocks).subscribe(value -> {}, errors::add);
        begun.await();

        group.cancel();

        assertThat(errors).singleElement().isInstanceOf(TaskCancelledException.class);
        assertThat(group.drained().isDone()).isFalse();
        release.countDown();
        group.drained().await();
    }

    @Test
    void isAChildOfTheTaskOfItsContext() {
        TaskGroup limited =
                TaskGroup.builder("limited").admission(Admission.concurrency(1)).build();

        StepVerifier.create(Flux.just("in")
                        .flatMap(it -> blocking(limited, "inner", () -> it))
                        .transform(trackWith(limited, "outer")))
                .expectNext("in")
                .verifyComplete();
    }

    @Test
    void aClosedGroupFailsTheMono() {
        group.close();

        StepVerifier.create(blocking(group, "import", () -> "never")).verifyError(GroupClosedException.class);
    }

    @Test
    void theHooksOfSchedulersApplyToTheCode() {
        ThreadLocal<String> local = new ThreadLocal<>();
        Schedulers.onScheduleHook("test", task -> {
            String captured = local.get();
            return () -> {
                local.set(captured);
                task.run();
            };
        });
        local.set("request-7");

        StepVerifier.create(blocking(group, "import", local::get))
                .expectNext("request-7")
                .verifyComplete();
        local.remove();
    }
}
