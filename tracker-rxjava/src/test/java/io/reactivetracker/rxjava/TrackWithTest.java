// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TrackerClosedException;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.processors.PublishProcessor;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subjects.CompletableSubject;
import io.reactivex.rxjava3.subjects.MaybeSubject;
import io.reactivex.rxjava3.subjects.PublishSubject;
import io.reactivex.rxjava3.subjects.SingleSubject;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;

@SuppressWarnings("CheckReturnValue") // what happens to the subscription is seen in the tracker
class TrackWithTest {

    @RegisterExtension
    final Undeliverable undeliverable = new Undeliverable();

    private final TaskTracker tracker = TaskTracker.create("orders");

    @AfterEach
    void countsNothingInTheEnd() {
        assertThat(tracker.size()).isZero();
        assertThat(tracker.runningTasks()).isEmpty();
    }

    @Test
    void countsEachSubscriptionOfEveryType() {
        PublishProcessor<String> flowable = PublishProcessor.create();
        PublishSubject<String> observable = PublishSubject.create();
        SingleSubject<String> single = SingleSubject.create();
        MaybeSubject<String> maybe = MaybeSubject.create();
        CompletableSubject completable = CompletableSubject.create();

        var flowableTest = flowable.compose(trackWith(tracker)).test();
        var observableTest = observable.compose(trackWith(tracker)).test();
        var singleTest = single.compose(trackWith(tracker)).test();
        var maybeTest = maybe.compose(trackWith(tracker)).test();
        var completableTest = completable.compose(trackWith(tracker)).test();
        assertThat(tracker.size()).isEqualTo(5);

        flowable.onNext("a");
        flowable.onComplete();
        observable.onNext("a");
        observable.onComplete();
        assertThat(tracker.size()).isEqualTo(3);
        single.onSuccess("a");
        maybe.onSuccess("a");
        completable.onComplete();

        flowableTest.assertResult("a");
        observableTest.assertResult("a");
        singleTest.assertResult("a");
        maybeTest.assertResult("a");
        completableTest.assertResult();
    }

    @Test
    void countsUntilEveryTypeIsDisposedOf() {
        List<Disposable> tasks = List.of(
                Flowable.never().compose(trackWith(tracker)).subscribe(),
                Observable.never().compose(trackWith(tracker)).subscribe(),
                Single.never().compose(trackWith(tracker)).subscribe(),
                Maybe.never().compose(trackWith(tracker)).subscribe(),
                Completable.never().compose(trackWith(tracker)).subscribe());
        assertThat(tracker.size()).isEqualTo(5);
        for (Disposable task : tasks) {
            assertThat(task.isDisposed()).isFalse();
            task.dispose();
            assertThat(task.isDisposed()).isTrue();
        }
    }

    @Test
    void oneOperatorServesEveryType() {
        TrackTransformer<String> track = trackWith(tracker, "any");
        Flowable.just("a").compose(track).test().assertResult("a");
        Observable.just("a").compose(track).test().assertResult("a");
        Single.just("a").compose(track).test().assertResult("a");
        Maybe.just("a").compose(track).test().assertResult("a");
        Completable.complete().compose(track).test().assertResult();
    }

    @Test
    void countsNothingUntilItIsSubscribedTo() {
        Flowable<Integer> tracked = Flowable.just(1).compose(trackWith(tracker));
        assertThat(tracker.size()).isZero();
        tracked.test().assertResult(1);
    }

    @Test
    void isStillCountedWhileTheEndIsDelivered() {
        List<Long> sizes = new ArrayList<>();
        Flowable.just(1)
                .compose(trackWith(tracker))
                .doOnTerminate(() -> sizes.add(tracker.size()))
                .test();
        Observable.just(1)
                .compose(trackWith(tracker))
                .doOnTerminate(() -> sizes.add(tracker.size()))
                .test();
        Single.just(1)
                .compose(trackWith(tracker))
                .doOnTerminate(() -> sizes.add(tracker.size()))
                .test();
        Maybe.empty()
                .compose(trackWith(tracker))
                .doOnTerminate(() -> sizes.add(tracker.size()))
                .test();
        Completable.complete()
                .compose(trackWith(tracker))
                .doOnTerminate(() -> sizes.add(tracker.size()))
                .test();
        assertThat(sizes).containsExactly(1L, 1L, 1L, 1L, 1L);
    }

    @Test
    void refusesStrictTasksOfAClosedTrackerAndNeverTouchesTheUpstream() {
        tracker.close();
        AtomicBoolean touched = new AtomicBoolean();
        TrackTransformer<Object> strict = trackWith(tracker, TaskOptions.strict());
        Flowable.never()
                .doOnSubscribe(s -> touched.set(true))
                .compose(strict)
                .test()
                .assertFailure(TrackerClosedException.class);
        Observable.never()
                .doOnSubscribe(s -> touched.set(true))
                .compose(strict)
                .test()
                .assertFailure(TrackerClosedException.class);
        Single.never()
                .doOnSubscribe(s -> touched.set(true))
                .compose(strict)
                .test()
                .assertFailure(TrackerClosedException.class);
        Maybe.never()
                .doOnSubscribe(s -> touched.set(true))
                .compose(strict)
                .test()
                .assertFailure(TrackerClosedException.class);
        Completable.never()
                .doOnSubscribe(s -> touched.set(true))
                .compose(strict)
                .test()
                .assertFailure(TrackerClosedException.class);
        assertThat(touched).isFalse();
        assertThat(tracker.isDrained()).isTrue();
    }

    @Test
    void countsLateTasksOfAClosedTracker() {
        tracker.close();
        CompletableSubject task = CompletableSubject.create();
        task.compose(trackWith(tracker)).test();
        assertThat(tracker.isDrained()).isFalse();
        task.onComplete();
        assertThat(tracker.isDrained()).isTrue();
    }

    @Test
    void listsTasksByTheNameThatTheyWereGiven() {
        Disposable ship = Single.never().compose(trackWith(tracker, "ship")).subscribe();
        Disposable bill = Flowable.never()
                .compose(trackWith(tracker, TaskOptions.named("bill").and(TaskOptions.strict())))
                .subscribe();
        Disposable unnamed = Flowable.never().compose(trackWith(tracker)).subscribe();
        assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsExactly("ship", "bill");
        ship.dispose();
        bill.dispose();
        unnamed.dispose();
    }

    @Test
    void makesEachAttemptOfARetryAfterItATask() {
        AtomicInteger attempts = new AtomicInteger();
        List<Long> sizes = new ArrayList<>();
        Single.fromCallable(() -> {
                    sizes.add(tracker.size());
                    if (attempts.incrementAndGet() < 3) {
                        throw new IllegalStateException("again");
                    }
                    return "done";
                })
                .compose(trackWith(tracker))
                .retry(5)
                .test()
                .assertResult("done");
        assertThat(attempts).hasValue(3);
        assertThat(sizes.get(0)).isOne();
    }

    @Test
    void makesAllAttemptsOfARetryBeforeItOneTask() {
        List<Long> sizes = new ArrayList<>();
        Flowable.error(new IllegalStateException("again"))
                .doOnSubscribe(s -> sizes.add(tracker.size()))
                .retry(2)
                .compose(trackWith(tracker))
                .test()
                .assertFailure(IllegalStateException.class);
        assertThat(sizes).containsExactly(1L, 1L, 1L);
    }

    @Test
    void worksWithRepeatShareAndGroupBy() {
        Flowable.just(1, 2).compose(trackWith(tracker)).repeat(2).test().assertResult(1, 2, 1, 2);

        PublishProcessor<Integer> source = PublishProcessor.create();
        Flowable<Integer> shared = source.compose(trackWith(tracker)).share();
        var one = shared.test();
        var two = shared.test();
        assertThat(tracker.size()).isOne();
        source.onNext(1);
        source.onComplete();
        one.assertResult(1);
        two.assertResult(1);

        PublishProcessor<Integer> grouped = PublishProcessor.create();
        var merged = grouped.groupBy(n -> n % 2)
                .flatMap(group -> group.compose(trackWith(tracker, "group " + group.getKey())))
                .test();
        grouped.onNext(1);
        grouped.onNext(2);
        assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsExactly("group 1", "group 0");
        grouped.onComplete();
        merged.assertResult(1, 2);
    }

    @Test
    void worksBeforeAndAfterObserveOnAndSubscribeOn() {
        Flowable<Integer> numbers = Flowable.range(0, 1_000);
        for (Flowable<Integer> pipeline : List.of(
                numbers.observeOn(Schedulers.computation()).compose(trackWith(tracker)),
                numbers.compose(trackWith(tracker)).observeOn(Schedulers.computation()),
                numbers.subscribeOn(Schedulers.computation()).compose(trackWith(tracker)),
                numbers.compose(trackWith(tracker)).subscribeOn(Schedulers.computation()),
                numbers.observeOn(Schedulers.computation())
                        .compose(trackWith(tracker))
                        .observeOn(Schedulers.single()))) {
            assertThat(pipeline.count().blockingGet()).isEqualTo(1_000);
            assertThat(pipeline.take(10).count().blockingGet()).isEqualTo(10);
            tracker.close();
            RxTracking.whenDrained(tracker).blockingAwait();
        }
    }

    @Test
    void isReleasedWhenAnOperatorBeforeItThrows() {
        Flowable.range(1, 3)
                .map(n -> 6 / (2 - n))
                .compose(trackWith(tracker))
                .concatMap(Flowable::just)
                .test()
                .assertFailure(ArithmeticException.class, 6);
        Observable.range(1, 3)
                .map(n -> 6 / (2 - n))
                .compose(trackWith(tracker))
                .concatMap(Observable::just)
                .test()
                .assertFailure(ArithmeticException.class, 6);
    }

    @Test
    void passesDemandOn() {
        List<Long> requests = new ArrayList<>();
        TestSubscriber<Integer> subscriber = Flowable.range(1, 100)
                .hide()
                .doOnRequest(requests::add)
                .compose(trackWith(tracker))
                .test(3);
        assertThat(requests).containsExactly(3L);
        subscriber.request(2);
        assertThat(requests).containsExactly(3L, 2L);
        subscriber.assertValues(1, 2, 3, 4, 5);
        subscriber.cancel();

        Flowable.range(1, 10)
                .compose(trackWith(tracker))
                .filter(n -> n % 2 == 0)
                .test(5)
                .assertValues(2, 4, 6, 8, 10)
                .cancel();
    }

    @Test
    void isSeenByAssemblyHooks() {
        List<Object> assembled = new ArrayList<>();
        RxJavaPlugins.setOnFlowableAssembly(flowable -> {
            assembled.add(flowable);
            return flowable;
        });
        RxJavaPlugins.setOnObservableAssembly(observable -> {
            assembled.add(observable);
            return observable;
        });
        RxJavaPlugins.setOnSingleAssembly(single -> {
            assembled.add(single);
            return single;
        });
        RxJavaPlugins.setOnMaybeAssembly(maybe -> {
            assembled.add(maybe);
            return maybe;
        });
        RxJavaPlugins.setOnCompletableAssembly(completable -> {
            assembled.add(completable);
            return completable;
        });
        TrackTransformer<Object> track = trackWith(tracker);
        List<Object> tracked = List.of(
                track.apply(Flowable.never()),
                track.apply(Observable.never()),
                track.apply(Single.never()),
                track.apply(Maybe.never()),
                track.apply(Completable.never()));
        assertThat(assembled).containsAll(tracked);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t"})
    void namesMustNotBeBlank(String blank) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> trackWith(tracker, blank))
                .withMessageStartingWith("task name must not be blank");
    }

    @Test
    void isCountedUntilItsLastSignalIsDeliveredThoughARequestThrowsMeanwhile() {
        List<Long> counted = new ArrayList<>();
        Flowable.<String>unsafeCreate(downstream -> {
                    downstream.onSubscribe(new Subscription() {
                        @Override
                        public void request(long n) {
                            throw new IllegalStateException("no request");
                        }

                        @Override
                        public void cancel() {}
                    });
                    downstream.onComplete();
                })
                .compose(trackWith(tracker))
                .subscribe(new FlowableSubscriber<>() {
                    private @Nullable Subscription upstream;

                    @Override
                    public void onSubscribe(Subscription s) {
                        upstream = s;
                    }

                    @Override
                    public void onNext(String element) {}

                    @Override
                    public void onError(Throwable error) {}

                    @Override
                    public void onComplete() {
                        assertThatIllegalStateException()
                                .isThrownBy(
                                        () -> Objects.requireNonNull(upstream).request(1));
                        counted.add(tracker.size());
                    }
                });

        assertThat(counted).containsExactly(1L);
        assertThat(tracker.size()).isZero();
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith((TaskTracker) null))
                .withMessage("tracker must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith(tracker, (String) null))
                .withMessage("task name must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith(tracker, (TaskOptions) null))
                .withMessage("options must not be null");
        TrackTransformer<Object> track = trackWith(tracker);
        assertThatNullPointerException()
                .isThrownBy(() -> track.apply((Flowable<Object>) null))
                .withMessage("upstream must not be null");
    }
}
