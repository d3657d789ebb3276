// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxTracking.spawn;
import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static io.reactivetracker.rxjava.RxTracking.untilClosed;
import static io.reactivetracker.rxjava.RxTracking.whenDrained;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.LeakWatch;
import io.reactivetracker.LeakedTask;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.subjects.SingleSubject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tracked subscriptions whose source has dropped its subscriber without a signal. */
class LeakedSubscriptionsTest {

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final List<LeakedTask> leaks = new CopyOnWriteArrayList<>();

    private void watch(LeakWatch watch) {
        // Not closed: it ends with its tracker.
        var unused = watch.listener(leaks::add).start(tracker);
    }

    private static void awaitGarbage(BooleanSupplier condition) {
        await().atMost(Duration.ofMinutes(1)).pollDelay(Duration.ZERO).until(() -> {
            System.gc();
            return condition.getAsBoolean();
        });
    }

    /** The source keeps nothing, so nobody can end the subscription. */
    private static void drop(Kind kind, TaskTracker tracker) {
        Disposable unused = switch (kind) {
            case FLOWABLE ->
                Flowable.create(emitter -> emitter.onNext("element"), BackpressureStrategy.BUFFER)
                        .compose(trackWith(tracker, "ship"))
                        .subscribe();
            case OBSERVABLE ->
                Observable.create(emitter -> {})
                        .compose(trackWith(tracker, "ship"))
                        .subscribe();
            case SINGLE ->
                Single.create(emitter -> {}).compose(trackWith(tracker, "ship")).subscribe();
            case MAYBE -> Maybe.never().compose(trackWith(tracker, "ship")).subscribe();
            case COMPLETABLE ->
                Completable.create(emitter -> {})
                        .compose(trackWith(tracker, "ship"))
                        .subscribe();
        };
    }

    @ParameterizedTest
    @EnumSource
    void areReportedByName(Kind kind) {
        watch(LeakWatch.always());
        drop(kind, tracker);
        awaitGarbage(() -> !leaks.isEmpty());
        assertThat(leaks).singleElement().satisfies(leak -> {
            assertThat(leak.name()).isEqualTo("ship");
            assertThat(leak.tracker()).isEqualTo("orders");
        });
        assertThat(tracker.size()).isOne();
        assertThat(tracker.drained().toString()).contains("\"ship\" #");
    }

    @Test
    void areReleasedSoThatTheDrainCompletes() {
        watch(LeakWatch.always().releasing());
        for (Kind kind : Kind.values()) {
            drop(kind, tracker);
        }
        spawnAndForget();
        tracker.close();
        AtomicBoolean isDrained = new AtomicBoolean();
        Disposable unused = whenDrained(tracker).subscribe(() -> isDrained.set(true));
        awaitGarbage(isDrained::get);
        assertThat(leaks).hasSize(6).allMatch(LeakedTask::isReleased);
    }

    private void spawnAndForget() {
        var unused = spawn(tracker, "spawned", Single.create(emitter -> {}));
    }

    /** Each of these ends, or can still end. */
    @Test
    void areNotThoseThatEndOrCanStillEnd() {
        watch(LeakWatch.always().releasing());
        SingleSubject<String> kept = SingleSubject.create();
        Disposable ofSource =
                kept.compose(trackWith(tracker, "kept by its source")).subscribe();
        Disposable handle = Completable.never()
                .compose(trackWith(tracker, "kept by its subscriber"))
                .subscribe();
        Disposable unused = Flowable.never()
                .compose(untilClosed(tracker))
                .compose(trackWith(tracker, "until closed"))
                .subscribe();
        for (int i = 0; i < 500; i++) {
            unused = Single.just(i).compose(trackWith(tracker, "completes")).subscribe();
            unused = Completable.error(new IllegalStateException("failed"))
                    .compose(trackWith(tracker))
                    .subscribe(() -> {}, error -> {});
            Observable.never()
                    .compose(trackWith(tracker, "is cancelled"))
                    .subscribe()
                    .dispose();
            unused = Flowable.range(0, 10)
                    .compose(trackWith(tracker))
                    .take(1)
                    .concatMapSingle(Single::just)
                    .subscribe();
        }
        TaskTracker last = TaskTracker.create("last");
        AtomicBoolean isFound = new AtomicBoolean();
        var ofLast = LeakWatch.always().listener(leak -> isFound.set(true)).start(last);
        drop(Kind.SINGLE, last);
        awaitGarbage(isFound::get);
        assertThat(leaks).isEmpty();
        assertThat(tracker.size()).isEqualTo(3);
        kept.onSuccess("done");
        assertThat(ofSource.isDisposed()).isTrue();
        handle.dispose();
        tracker.close();
        assertThat(tracker.isDrained()).isTrue();
        assertThat(tracker.leakedTasks()).isZero();
        ofLast.close();
    }
}
