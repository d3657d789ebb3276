// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.CallSite;
import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.RunningTask;
import io.reactivetracker.SubscriptionTask;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.CompositeDisposable;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.functions.BiFunction;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.processors.PublishProcessor;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscriber;

/** A hook counts the subscriptions whose outcome nobody sees, and those of a selected caller only. */
class TrackSubscriptionsTest {

    private final TaskTracker tracker = TaskTracker.create("subscriptions");
    private final CancellationToken token = CancellationToken.create();
    private final Registration counting = RxTracking.trackSubscriptions(this::select);

    private @Nullable SubscriptionTask select(CallSite caller, @Nullable String pipelineName) {
        return caller.type().getName().startsWith(TrackSubscriptionsTest.class.getName())
                ? new SubscriptionTask(tracker, token, caller.toString())
                : null;
    }

    @AfterEach
    void removesTheHooks() {
        counting.close();
        assertThat(RxJavaPlugins.getOnFlowableSubscribe()).isNull();
        assertThat(RxJavaPlugins.getOnObservableSubscribe()).isNull();
        assertThat(RxJavaPlugins.getOnSingleSubscribe()).isNull();
        assertThat(RxJavaPlugins.getOnMaybeSubscribe()).isNull();
        assertThat(RxJavaPlugins.getOnCompletableSubscribe()).isNull();
    }

    enum Forgotten implements Function<PublishProcessor<String>, Disposable> {
        FLOWABLE(source -> source.subscribe()),
        FLOWABLE_WITH_ALL(source -> source.subscribe(value -> {}, error -> {}, () -> {})),
        FLOWABLE_OF_A_CONTAINER(
                source -> source.subscribe(value -> {}, error -> {}, () -> {}, new CompositeDisposable())),
        FOR_EACH(source -> source.forEach(value -> {})),
        FOR_EACH_WHILE(source -> source.forEachWhile(value -> true)),
        OBSERVABLE(source -> source.toObservable().subscribe()),
        OBSERVABLE_WITH_ALL(source -> source.toObservable().subscribe(value -> {}, error -> {}, () -> {})),
        SINGLE(source -> source.first("none").subscribe()),
        SINGLE_WITH_BOTH(source -> source.first("none").subscribe((value, error) -> {})),
        MAYBE(source -> source.firstElement().subscribe()),
        MAYBE_WITH_ALL(source -> source.firstElement().subscribe(value -> {}, error -> {}, () -> {})),
        COMPLETABLE(source -> source.ignoreElements().subscribe()),
        COMPLETABLE_WITH_ALL(source -> source.ignoreElements().subscribe(() -> {}, error -> {}));

        @SuppressWarnings("ImmutableEnumChecker") // it has no state
        private final Function<PublishProcessor<String>, Disposable> way;

        Forgotten(Function<PublishProcessor<String>, Disposable> way) {
            this.way = way;
        }

        @Override
        public Disposable apply(PublishProcessor<String> source) {
            return way.apply(source);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSubscriptionIsCountedUntilItCompletes(Forgotten way) {
        PublishProcessor<String> source = PublishProcessor.create();
        Disposable subscription = way.apply(source);
        assertThat(tracker.size()).isEqualTo(1);
        assertThat(tracker.runningTasks())
                .extracting(RunningTask::name)
                .allSatisfy(name -> assertThat(name).matches("TrackSubscriptionsTest\\$Forgotten\\.[a-z<>]+:\\d+"));
        source.onNext("shipped");
        source.onComplete();
        assertThat(tracker.size()).isZero();
        // RxJava's own observer of forEachWhile is not disposed of by the end of its source.
        assertThat(subscription.isDisposed()).isEqualTo(way != Forgotten.FOR_EACH_WHILE);
    }

    @ParameterizedTest
    @EnumSource
    void orIsDisposedOf(Forgotten way) {
        PublishProcessor<String> source = PublishProcessor.create();
        Disposable subscription = way.apply(source);
        assertThat(tracker.size()).isEqualTo(1);
        subscription.dispose();
        assertThat(tracker.size()).isZero();
        assertThat(source.hasSubscribers()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void orItsTokenIsCancelled(Forgotten way) {
        List<Throwable> reported = new ArrayList<>();
        RxJavaPlugins.setErrorHandler(reported::add);
        try {
            PublishProcessor<String> source = PublishProcessor.create();
            Disposable subscription = way.apply(source);
            assertThat(token.cancel()).isTrue();
            assertThat(tracker.size()).isZero();
            assertThat(source.hasSubscribers()).isFalse();
            assertThat(subscription.isDisposed()).isEqualTo(way != Forgotten.FOR_EACH_WHILE);

            // A later one ends at once.
            PublishProcessor<String> later = PublishProcessor.create();
            Disposable unused = way.apply(later);
            assertThat(tracker.size()).isZero();
            assertThat(later.hasSubscribers()).isFalse();
        } finally {
            RxJavaPlugins.setErrorHandler(null);
        }
        if (way != Forgotten.FOR_EACH_WHILE) {
            assertThat(reported).isEmpty();
        }
    }

    @Test
    void whatSomebodySeesOrATrackerCountsAlreadyIsNotCounted() {
        Future<String> future = Flowable.<String>never().toFuture();
        TestSubscriber<Object> test = Flowable.never().test();
        TaskTracker other = TaskTracker.create();
        List<Disposable> subscriptions = List.of(
                Flowable.never().compose(RxTracking.trackWith(other)).subscribe(),
                Observable.never().compose(RxTracking.trackWith(other)).subscribe(),
                Single.never().compose(RxTracking.trackWith(other)).subscribe(),
                Maybe.never().compose(RxTracking.trackWith(other)).subscribe(),
                Completable.never().compose(RxTracking.trackWith(other)).subscribe(),
                Observable.never().compose(RxTracking.cancelWith(token)).subscribe());
        Flowable.just("a").blockingSubscribe(value -> {});
        assertThat(tracker.size()).isZero();
        assertThat(other.size()).isEqualTo(5);
        subscriptions.forEach(Disposable::dispose);
        test.cancel();
        assertThat(future.cancel(false)).isTrue();
    }

    @Test
    void theSubscriptionsWithinAPipelineAreNotCounted() {
        Disposable subscription = Flowable.range(1, 10)
                .flatMapSingle(i -> Single.never())
                .mergeWith(Observable.never().concatMapMaybe(i -> Maybe.never()).ignoreElements())
                .subscribe();
        assertThat(tracker.size()).isEqualTo(1);
        subscription.dispose();
        assertThat(tracker.size()).isZero();
    }

    @Test
    void elementsAndDemandPassUnchanged() {
        List<Integer> seen = new ArrayList<>();
        Disposable unused = Flowable.range(1, 1000).subscribe(seen::add);
        assertThat(seen).hasSize(1000).endsWith(1000);
        assertThat(tracker.size()).isZero();
    }

    // ---- other hooks ----

    @Test
    @SuppressWarnings({"rawtypes", "unchecked"}) // RxJava declares its hooks so
    void aHookOfAnotherIsCalledAndPutBack() {
        counting.close();
        List<String> seen = new ArrayList<>();
        BiFunction<Flowable, Subscriber, Subscriber> theirs = (source, subscriber) -> {
            seen.add(source.getClass().getSimpleName());
            return subscriber;
        };
        RxJavaPlugins.setOnFlowableSubscribe(theirs);
        try {
            Registration first = RxTracking.trackSubscriptions(this::select);
            Registration second = RxTracking.trackSubscriptions((caller, pipeline) -> null);
            Disposable subscription = Flowable.never().subscribe();
            assertThat(tracker.size()).isEqualTo(1);
            assertThat(seen).contains("FlowableNever");
            subscription.dispose();
            first.close();
            first.close();
            assertThat(RxJavaPlugins.getOnFlowableSubscribe()).isNotSameAs(theirs);
            second.close();
            assertThat(RxJavaPlugins.getOnFlowableSubscribe()).isSameAs(theirs);
        } finally {
            RxJavaPlugins.setOnFlowableSubscribe(null);
        }
    }

    @Test
    @SuppressWarnings({"rawtypes", "unchecked"}) // RxJava declares its hooks so
    void belowAHookThatHasReplacedItItDoesNothing() {
        BiFunction<? super Flowable, ? super Subscriber, ? extends Subscriber> ours =
                RxJavaPlugins.getOnFlowableSubscribe();
        assertThat(ours).isNotNull();
        BiFunction<Flowable, Subscriber, Subscriber> theirs = (source, subscriber) -> ours.apply(source, subscriber);
        RxJavaPlugins.setOnFlowableSubscribe(theirs);
        Disposable counted = Flowable.never().subscribe();
        assertThat(tracker.size()).isEqualTo(1);
        counted.dispose();
        counting.close();
        assertThat(RxJavaPlugins.getOnFlowableSubscribe()).isSameAs(theirs);
        Disposable notCounted = Flowable.never().subscribe();
        assertThat(tracker.size()).isZero();
        notCounted.dispose();

        // A new one is the outermost again, and counts once.
        Registration again = RxTracking.trackSubscriptions(this::select);
        Disposable once = Flowable.never().subscribe();
        assertThat(tracker.size()).isEqualTo(1);
        once.dispose();
        again.close();
        assertThat(RxJavaPlugins.getOnFlowableSubscribe()).isSameAs(theirs);
        RxJavaPlugins.setOnFlowableSubscribe(null);
    }

    @Test
    void theOneThatWasInstalledLastCounts() {
        TaskTracker second = TaskTracker.create();
        Registration last =
                RxTracking.trackSubscriptions((caller, pipeline) -> new SubscriptionTask(second, token, "second"));
        Disposable subscription = Flowable.never().subscribe();
        assertThat(second.size()).isEqualTo(1);
        assertThat(tracker.size()).isZero();
        subscription.dispose();
        last.close();
        Disposable own = Flowable.never().subscribe();
        assertThat(tracker.size()).isEqualTo(1);
        own.dispose();
    }

    @Test
    void whatTheSelectorThrowsFailsTheCall() {
        Registration failing = RxTracking.trackSubscriptions((caller, pipeline) -> {
            throw new IllegalStateException("no idea");
        });
        try {
            List<Throwable> reported = new ArrayList<>();
            RxJavaPlugins.setErrorHandler(reported::add);
            try {
                Disposable unused = Flowable.never().subscribe();
            } catch (NullPointerException asRxJavaFailsForAThrowingSubscribe) {
                assertThat(reported).singleElement().isInstanceOf(IllegalStateException.class);
                return;
            } finally {
                RxJavaPlugins.setErrorHandler(null);
            }
        } finally {
            failing.close();
        }
        throw new AssertionError("the subscription has not failed");
    }
}
