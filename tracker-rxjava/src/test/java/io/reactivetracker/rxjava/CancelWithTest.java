// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxTracking.cancelWith;
import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.exceptions.ProtocolViolationException;
import io.reactivex.rxjava3.observers.BaseTestConsumer;
import io.reactivex.rxjava3.processors.PublishProcessor;
import io.reactivex.rxjava3.subjects.CompletableSubject;
import io.reactivex.rxjava3.subjects.MaybeSubject;
import io.reactivex.rxjava3.subjects.PublishSubject;
import io.reactivex.rxjava3.subjects.SingleSubject;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jol.info.GraphLayout;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@SuppressWarnings("CheckReturnValue") // what happens to the subscription is seen in the tracker
class CancelWithTest {

    @RegisterExtension
    final Undeliverable undeliverable = new Undeliverable();

    private final CancellationToken token = CancellationToken.create();
    private final IllegalStateException cause = new IllegalStateException("shutting down");

    @Test
    void changesNothingWhileTheTokenIsLive() {
        Flowable.just("a", "b").compose(cancelWith(token)).test().assertResult("a", "b");
        Observable.just("a", "b").compose(cancelWith(token)).test().assertResult("a", "b");
        Single.just("a").compose(cancelWith(token)).test().assertResult("a");
        Maybe.just("a").compose(cancelWith(token)).test().assertResult("a");
        Maybe.empty().compose(cancelWith(token)).test().assertResult();
        Completable.complete().compose(cancelWith(token)).test().assertResult();
        Flowable.error(cause).compose(cancelWith(token)).test().assertFailure(IllegalStateException.class);
        Single.error(cause).compose(cancelWith(token)).test().assertFailure(IllegalStateException.class);
    }

    @Test
    void doesNotSubscribeToTheUpstreamOfACancelledToken() {
        token.cancel(cause);
        AtomicInteger touched = new AtomicInteger();
        TrackTransformer<Object> cancel = cancelWith(token);
        for (BaseTestConsumer<?, ?> test : List.of(
                Flowable.never()
                        .doOnSubscribe(s -> touched.incrementAndGet())
                        .compose(cancel)
                        .test(),
                Observable.never()
                        .doOnSubscribe(s -> touched.incrementAndGet())
                        .compose(cancel)
                        .test(),
                Single.never()
                        .doOnSubscribe(s -> touched.incrementAndGet())
                        .compose(cancel)
                        .test(),
                Maybe.never()
                        .doOnSubscribe(s -> touched.incrementAndGet())
                        .compose(cancel)
                        .test(),
                Completable.never()
                        .doOnSubscribe(s -> touched.incrementAndGet())
                        .compose(cancel)
                        .test())) {
            test.assertError(error -> error instanceof TaskCancelledException && cause.equals(error.getCause()));
        }
        assertThat(touched).hasValue(0);
    }

    @Test
    void cancelsTheUpstreamAndThenEndsTheDownstreamOfEveryType() {
        List<String> order = new ArrayList<>();
        TrackTransformer<Object> cancel = cancelWith(token);
        List<BaseTestConsumer<?, ?>> tests = List.of(
                Flowable.never()
                        .doOnCancel(() -> order.add("upstream"))
                        .compose(cancel)
                        .doOnError(e -> order.add("downstream"))
                        .test(),
                Observable.never()
                        .doOnDispose(() -> order.add("upstream"))
                        .compose(cancel)
                        .doOnError(e -> order.add("downstream"))
                        .test(),
                Single.never()
                        .doOnDispose(() -> order.add("upstream"))
                        .compose(cancel)
                        .doOnError(e -> order.add("downstream"))
                        .test(),
                Maybe.never()
                        .doOnDispose(() -> order.add("upstream"))
                        .compose(cancel)
                        .doOnError(e -> order.add("downstream"))
                        .test(),
                Completable.never()
                        .doOnDispose(() -> order.add("upstream"))
                        .compose(cancel)
                        .doOnError(e -> order.add("downstream"))
                        .test());
        token.cancel(cause);
        for (BaseTestConsumer<?, ?> test : tests) {
            test.assertError(error -> error instanceof TaskCancelledException && cause.equals(error.getCause()));
        }
        assertThat(order)
                .containsExactly(
                        "upstream",
                        "downstream",
                        "upstream",
                        "downstream",
                        "upstream",
                        "downstream",
                        "upstream",
                        "downstream",
                        "upstream",
                        "downstream");
    }

    @Test
    void leavesACompletionThatCameFirstAlone() {
        PublishProcessor<String> flowable = PublishProcessor.create();
        PublishSubject<String> observable = PublishSubject.create();
        SingleSubject<String> single = SingleSubject.create();
        MaybeSubject<String> maybe = MaybeSubject.create();
        CompletableSubject completable = CompletableSubject.create();
        var tests = List.of(
                flowable.compose(cancelWith(token)).test(),
                observable.compose(cancelWith(token)).test(),
                single.compose(cancelWith(token)).test(),
                maybe.compose(cancelWith(token)).test(),
                completable.<String>toFlowable().compose(cancelWith(token)).test());
        flowable.onComplete();
        observable.onComplete();
        single.onSuccess("a");
        maybe.onComplete();
        completable.onComplete();
        token.cancel();
        tests.forEach(test -> test.assertComplete().assertNoErrors());
    }

    @Test
    void dropsWhatTheUpstreamStillSaysAfterTheCancellation() {
        List<FlowableSubscriber<? super String>> subscribers = new ArrayList<>();
        List<Observer<? super String>> observers = new ArrayList<>();
        TestSubscriber<String> flowable = new Flowable<String>() {
            @Override
            protected void subscribeActual(Subscriber<? super String> subscriber) {
                subscriber.onSubscribe(new IgnoringSubscription());
                @SuppressWarnings("unchecked")
                FlowableSubscriber<? super String> cast = (FlowableSubscriber<? super String>) subscriber;
                subscribers.add(cast);
            }
        }.compose(cancelWith(token)).test();
        var observable = new Observable<String>() {
            @Override
            protected void subscribeActual(Observer<? super String> observer) {
                observer.onSubscribe(Disposable.empty());
                observers.add(observer);
            }
        }.compose(cancelWith(token)).test();
        token.cancel();
        subscribers.get(0).onNext("late");
        subscribers.get(0).onError(cause);
        subscribers.get(0).onComplete();
        observers.get(0).onNext("late");
        observers.get(0).onError(cause);
        observers.get(0).onComplete();
        flowable.assertFailure(TaskCancelledException.class);
        observable.assertFailure(TaskCancelledException.class);
        assertThat(undeliverable.take()).containsExactly(cause, cause);
    }

    @Test
    void canBeCancelledFromWithinOnNext() {
        Flowable.range(1, 100)
                .compose(cancelWith(token))
                .doOnNext(n -> {
                    if (n == 2) {
                        token.cancel();
                    }
                })
                .test()
                .assertFailure(TaskCancelledException.class, 1, 2);
        CancellationToken another = CancellationToken.create();
        Observable.range(1, 100)
                .compose(cancelWith(another))
                .doOnNext(n -> {
                    if (n == 2) {
                        another.cancel();
                    }
                })
                .test()
                .assertFailure(TaskCancelledException.class, 1, 2);
    }

    @Test
    void canBeCancelledBetweenSubscribeAndOnSubscribe() {
        Flowable.defer(() -> {
                    token.cancel();
                    return Flowable.range(1, 3);
                })
                .compose(cancelWith(token))
                .test()
                .assertFailure(TaskCancelledException.class);
        CancellationToken another = CancellationToken.create();
        Single.defer(() -> {
                    another.cancel();
                    return Single.never();
                })
                .compose(cancelWith(another))
                .test()
                .assertFailure(TaskCancelledException.class);
    }

    @Test
    void tellsNothingToADownstreamThatHasDisposed() {
        AtomicInteger cancellations = new AtomicInteger();
        TestSubscriber<Object> flowable = Flowable.never()
                .doOnCancel(cancellations::incrementAndGet)
                .compose(cancelWith(token))
                .test();
        var single = Single.never()
                .doOnDispose(cancellations::incrementAndGet)
                .compose(cancelWith(token))
                .test();
        assertThat(single.isDisposed()).isFalse();
        flowable.cancel();
        single.dispose();
        token.cancel();
        flowable.assertEmpty();
        single.assertEmpty();
        assertThat(single.isDisposed()).isTrue();
        assertThat(cancellations).hasValue(2);
    }

    @Test
    void leavesNothingInTheTokenOnceTheSubscriptionHasEnded() {
        long before = GraphLayout.parseInstance(token).totalSize();
        TrackTransformer<Object> cancel = cancelWith(token);
        for (int i = 0; i < 1_000; i++) {
            Flowable.empty().compose(cancel).test();
            Flowable.error(cause).compose(cancel).test();
            Flowable.never().compose(cancel).test().cancel();
            Single.just(1).compose(cancelWith(token)).test();
            Maybe.never().compose(cancel).test().dispose();
            Completable.complete().compose(cancel).test();
            Observable.error(cause).compose(cancel).test();
        }
        assertThat(GraphLayout.parseInstance(token).totalSize()).isEqualTo(before);
    }

    @Test
    void isCountedUntilTheDownstreamWasTold() {
        TaskTracker tracker = TaskTracker.create("orders");
        List<Long> sizes = new ArrayList<>();
        Maybe.never()
                .doOnDispose(() -> sizes.add(tracker.size()))
                .compose(cancelWith(token))
                .compose(trackWith(tracker))
                .doOnError(error -> sizes.add(tracker.size()))
                .test();
        token.cancel();
        assertThat(sizes).containsExactly(1L, 1L);
        assertThat(tracker.size()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"FLOWABLE", "OBSERVABLE"})
    void emitsOneSignalAtATimeHoweverItIsRaced(Kind kind) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 2_000; round++) {
                CancellationToken raced = CancellationToken.create();
                CyclicBarrier together = new CyclicBarrier(2);
                AtomicInteger inside = new AtomicInteger();
                AtomicInteger most = new AtomicInteger();
                AtomicInteger ends = new AtomicInteger();
                Future<?> emitting = threads.submit(() -> {
                    together.await();
                    Flowable<Integer> flowable = kind == Kind.FLOWABLE
                            ? Flowable.range(0, 50).hide().compose(cancelWith(raced))
                            : Observable.range(0, 50)
                                    .hide()
                                    .compose(cancelWith(raced))
                                    .toFlowable(BackpressureStrategy.MISSING);
                    flowable.doOnEach(signal -> {
                                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                inside.decrementAndGet();
                            })
                            .subscribe(n -> {}, error -> ends.incrementAndGet(), ends::incrementAndGet);
                    return null;
                });
                Future<?> cancelling = threads.submit(() -> {
                    together.await();
                    return raced.cancel();
                });
                emitting.get();
                cancelling.get();
                assertThat(most.get()).isLessThanOrEqualTo(1);
                assertThat(ends).hasValue(1);
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void hasOneOutcomeHoweverASingleIsRaced() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 2_000; round++) {
                CancellationToken raced = CancellationToken.create();
                SingleSubject<String> source = SingleSubject.create();
                AtomicInteger ends = new AtomicInteger();
                source.compose(cancelWith(raced))
                        .subscribe(value -> ends.incrementAndGet(), error -> ends.incrementAndGet());
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> completing = threads.submit(() -> {
                    together.await();
                    source.onSuccess("a");
                    return null;
                });
                Future<?> cancelling = threads.submit(() -> {
                    together.await();
                    return raced.cancel();
                });
                completing.get();
                cancelling.get();
                assertThat(ends).hasValue(1);
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void unlinksFromTheTokenWhatThrowsInSubscribe() {
        long before = GraphLayout.parseInstance(token).totalSize();
        AtomicInteger cancellations = new AtomicInteger();
        Completable throwing = new Completable() {
            @Override
            protected void subscribeActual(CompletableObserver observer) {
                observer.onSubscribe(Disposable.fromRunnable(cancellations::incrementAndGet));
                throw cause;
            }
        };
        assertThatNullPointerException()
                .isThrownBy(() -> throwing.compose(cancelWith(token)).test())
                .withCause(cause);
        assertThat(undeliverable.take()).contains(cause);
        assertThat(cancellations).hasValue(1);
        assertThat(GraphLayout.parseInstance(token).totalSize()).isEqualTo(before);
    }

    @Test
    void refusesASecondSubscription() {
        AtomicInteger cancellations = new AtomicInteger();
        new Completable() {
            @Override
            protected void subscribeActual(CompletableObserver observer) {
                observer.onSubscribe(Disposable.empty());
                observer.onSubscribe(Disposable.fromRunnable(cancellations::incrementAndGet));
                observer.onComplete();
            }
        }.compose(cancelWith(token)).test().assertResult();
        new Flowable<String>() {
            @Override
            protected void subscribeActual(Subscriber<? super String> subscriber) {
                subscriber.onSubscribe(new IgnoringSubscription());
                subscriber.onSubscribe(new IgnoringSubscription());
                subscriber.onComplete();
            }
        }.compose(cancelWith(token)).test().assertResult();
        assertThat(cancellations).hasValue(1);
        assertThat(undeliverable.take()).hasSize(2).allMatch(ProtocolViolationException.class::isInstance);
    }

    @Test
    void cancelsTheUpstreamOfADownstreamThatThrows() {
        PublishProcessor<String> source = PublishProcessor.create();
        source.compose(cancelWith(token)).subscribe(new ThrowingSubscriber());
        assertThatIllegalStateException().isThrownBy(() -> source.onNext("a")).withMessage("thrown in onNext");
        assertThat(source.hasSubscribers()).isFalse();
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        assertThatNullPointerException().isThrownBy(() -> cancelWith(null)).withMessage("token must not be null");
        TrackTransformer<Object> cancel = cancelWith(token);
        assertThatNullPointerException()
                .isThrownBy(() -> cancel.apply((Single<Object>) null))
                .withMessage("upstream must not be null");
    }

    private static final class IgnoringSubscription implements Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }

    private static final class ThrowingSubscriber implements FlowableSubscriber<String> {
        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String element) {
            throw new IllegalStateException("thrown in onNext");
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onComplete() {}
    }
}
