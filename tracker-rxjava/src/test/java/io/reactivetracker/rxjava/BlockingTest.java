// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxTracking.blocking;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link RxTracking#blocking(TaskTracker, String, java.util.concurrent.Callable)} and that of groups. */
@Timeout(60)
class BlockingTest {

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = TaskGroup.builder("mails").build();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final CopyOnWriteArrayList<Throwable> dropped = new CopyOnWriteArrayList<>();

    @AfterEach
    void reset() {
        RxJavaPlugins.reset();
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
        assertThat(blocking(tracker, "import", () -> "done")
                        .map(it -> it + tracker.size())
                        .blockingGet())
                .isEqualTo("done0");
        assertThat(blocking(group, "import", () -> "done")
                        .map(it -> it + group.counts().active())
                        .blockingGet())
                .isEqualTo("done0");
    }

    @Test
    void nullIsAnEmptyMaybe() {
        assertThat(blocking(tracker, "import", () -> null).isEmpty().blockingGet())
                .isTrue();
        assertThat(blocking(group, "import", () -> null).isEmpty().blockingGet())
                .isTrue();
    }

    @Test
    void anErrorOfTheCodeIsTheErrorItself() {
        TestObserver<Object> observer = new TestObserver<>();
        blocking(group, "import", () -> {
                    throw new java.io.IOException("reset");
                })
                .subscribe(observer);

        observer.awaitDone(60, java.util.concurrent.TimeUnit.SECONDS).assertError(java.io.IOException.class);
    }

    @Test
    void aDisposeInterruptsTheCodeAndTheCountWaitsForIt() throws Exception {
        RxJavaPlugins.setErrorHandler(dropped::add);
        TestObserver<String> running = blocking(tracker, "import", this::blocks).test();
        begun.await();

        running.dispose();

        assertThat(tracker.size()).isEqualTo(1);
        release.countDown();
        await().until(tracker::isEmpty);
        assertThat(dropped).isEmpty();
    }

    @Test
    void aDisposeInAGroupInterruptsTheCode() throws Exception {
        RxJavaPlugins.setErrorHandler(dropped::add);
        TestObserver<String> running = blocking(group, "import", this::blocks).test();
        begun.await();

        running.dispose();

        assertThat(group.counts().active()).isEqualTo(1);
        release.countDown();
        await().until(() -> group.counts().cancelled() == 1);
        assertThat(dropped).isEmpty();
    }

    @Test
    void aCancelOfTheGroupFailsTheMaybeAtOnceAndTheDrainWaitsForTheCode() throws Exception {
        TestObserver<String> running = blocking(group, "import", this::blocks).test();
        begun.await();

        group.cancel();

        running.assertError(TaskCancelledException.class);
        assertThat(group.drained().isDone()).isFalse();
        release.countDown();
        group.drained().await();
    }

    @Test
    void aClosedGroupFailsTheMaybe() {
        group.close();

        blocking(group, "import", () -> "never").test().assertError(GroupClosedException.class);
    }

    @Test
    void theHookOfSchedulersAppliesToTheCode() {
        ThreadLocal<String> local = new ThreadLocal<>();
        RxJavaPlugins.setScheduleHandler(task -> {
            String captured = local.get();
            return () -> {
                local.set(captured);
                task.run();
            };
        });
        local.set("request-7");

        assertThat(blocking(group, "import", local::get).blockingGet()).isEqualTo("request-7");
        local.remove();
    }
}
