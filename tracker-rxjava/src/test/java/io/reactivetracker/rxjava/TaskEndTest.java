// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxTracking.blocking;
import static io.reactivetracker.rxjava.RxTracking.spawn;
import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.subjects.MaybeSubject;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a task has ended, nothing of it runs: neither a blocking body nor the disposer of {@code using}. */
@Timeout(60)
class TaskEndTest {

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = TaskGroup.builder("mails").build();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final List<Throwable> undeliverable = new CopyOnWriteArrayList<>();

    @AfterEach
    void reset() {
        RxJavaPlugins.setErrorHandler(null);
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
    void hasEndedAfterItsResultAndWhenItIsNotCounted() {
        MaybeSubject<String> source = MaybeSubject.create();
        TaskHandle<String> ofTracker = spawn(tracker, "ship", source);
        TaskHandle<String> ofGroup = spawn(group, "ship", source);
        List<String> seen = new CopyOnWriteArrayList<>();
        Disposable first = ofTracker.ended().subscribe(() -> seen.add("tracker " + tracker.size()));
        Disposable second = ofGroup.ended()
                .subscribe(() -> seen.add("group " + group.counts().active()));
        Disposable third = ofTracker.join().subscribe(value -> seen.add(value + tracker.size()));

        source.onSuccess("shipped");

        assertThat(seen).containsExactly("shipped1", "tracker 0", "group 0");
        assertThat(List.of(first, second, third)).allMatch(Disposable::isDisposed);
        ofTracker.ended().test().assertComplete();
        ofGroup.ended().test().assertComplete();
    }

    @Test
    void endsWithoutAnErrorIfTheTaskFails() {
        RxJavaPlugins.setErrorHandler(undeliverable::add);

        spawn(tracker, "ship", Maybe.error(new IllegalStateException("no ship")))
                .ended()
                .test()
                .assertComplete();
        spawn(group, "ship", Maybe.error(new IllegalStateException("no ship")))
                .ended()
                .test()
                .assertComplete();

        assertThat(undeliverable).hasSize(2);
    }

    @Test
    void anAbortedTaskOfATrackerEndsWhenItsBlockingBodyHasReturned() throws Exception {
        TaskHandle<String> task = spawn(tracker, "import", blocking(TaskTracker.create("other"), "b", this::blocks));
        begun.await();

        assertThat(task.abort()).isTrue();

        task.join().test().assertError(TaskCancelledException.class);
        assertThat(tracker.size()).isOne();
        task.ended().test().assertNotComplete();
        release.countDown();
        task.ended().blockingAwait();
        assertThat(tracker.size()).isZero();
    }

    @Test
    void anAbortedTaskOfAGroupEndsWhenItsBlockingBodyHasReturned() throws Exception {
        TaskGroup other = TaskGroup.builder("other").build();
        TaskHandle<String> task = spawn(group, "import", blocking(other, "b", this::blocks));
        begun.await();

        assertThat(task.abort()).isTrue();

        task.join().test().assertError(TaskCancelledException.class);
        assertThat(group.counts().active()).isOne();
        task.ended().test().assertNotComplete();
        release.countDown();
        task.ended().blockingAwait();
        assertThat(group.counts().cancelled()).isOne();
    }

    @Test
    void theDisposerOfUsingIsPartOfTheCancel() {
        List<Long> counted = new CopyOnWriteArrayList<>();
        Disposable task = Flowable.using(() -> "connection", it -> Flowable.never(), it -> counted.add(tracker.size()))
                .compose(trackWith(tracker))
                .subscribe();

        task.dispose();

        assertThat(counted).containsExactly(1L);
        assertThat(tracker.isEmpty()).isTrue();
    }

    @Test
    void aFailureAfterTheCancelIsReportedAndAnInterruptIsNot() throws Exception {
        RxJavaPlugins.setErrorHandler(undeliverable::add);
        IllegalStateException failure = new IllegalStateException("disk full");
        for (boolean isFailing : new boolean[] {true, false}) {
            CountDownLatch started = new CountDownLatch(2);
            Callable<String> body = () -> {
                started.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException interrupted) {
                    throw isFailing ? failure : interrupted;
                }
                return "never";
            };
            Disposable ofTracker = blocking(tracker, "a", body).subscribe();
            Disposable ofGroup = blocking(group, "b", body).subscribe();
            started.await();

            ofTracker.dispose();
            ofGroup.dispose();

            await().until(() -> tracker.isEmpty() && group.counts().active() == 0);
            await().untilAsserted(() -> assertThat(undeliverable).hasSize(2));
        }
        assertThat(undeliverable).allMatch(error -> error.equals(failure) || failure.equals(error.getCause()));
    }
}
