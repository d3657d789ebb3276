// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CallSite;
import io.reactivetracker.SubscriptionSelector;
import io.reactivetracker.SubscriptionTask;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.adapter.SubscribeCalls;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Counts the fire-and-forget subscriptions that a selector selects.
 *
 * <p>A hook of RxJava is given an observer and returns the one to subscribe. So the operators that count and cancel are
 * subscribed to with a source that only keeps their observer, which the hook then returns.
 */
final class CountedSubscriptions {

    private static final String RXJAVA = Flowable.class.getPackageName().replaceFirst("core$", "internal.");

    private static final SubscribeCalls CALLS = new SubscribeCalls(
            Set.of(Flowable.class, Observable.class, Single.class, Maybe.class, Completable.class),
            Set.of("subscribe", "forEach", "forEachWhile"));

    private final SubscriptionSelector selector;

    CountedSubscriptions(SubscriptionSelector selector) {
        this.selector = selector;
    }

    /**
     * Returns the task that a subscription is, or null if it is not counted.
     *
     * <p>The observers of {@code subscribe()}, {@code subscribe(onNext)} and the like are disposables of RxJava's own.
     * Observers of its operators may be that, too, but those are subscribed by RxJava itself.
     */
    private @Nullable SubscriptionTask taskOf(Object source, Object observer) {
        if (!(observer instanceof Disposable)
                || !observer.getClass().getName().startsWith(RXJAVA)
                || OwnPublishers.isLastOf(source)) {
            return null;
        }
        CallSite caller = CALLS.caller();
        return caller == null ? null : selector.select(caller, null);
    }

    <T> Subscriber<? super T> counted(Flowable<T> source, Subscriber<? super T> observer) {
        SubscriptionTask task = taskOf(source, observer);
        if (task == null) {
            return observer;
        }
        KeptFlowable<T> kept = new KeptFlowable<>();
        RxTracking.<T>cancelWith(task.token())
                .apply(kept)
                .subscribe(
                        new TrackWithOperator.FlowableTask<>(observer, task.tracker(), TaskOptions.named(task.name())));
        return kept.observer;
    }

    <T> Observer<? super T> counted(Observable<T> source, Observer<? super T> observer) {
        SubscriptionTask task = taskOf(source, observer);
        if (task == null) {
            return observer;
        }
        KeptObservable<T> kept = new KeptObservable<>();
        RxTracking.<T>cancelWith(task.token())
                .apply(kept)
                .subscribe(new TrackWithOperator.ObservableTask<>(
                        observer, task.tracker(), TaskOptions.named(task.name())));
        return kept.observer;
    }

    <T> SingleObserver<? super T> counted(Single<T> source, SingleObserver<? super T> observer) {
        SubscriptionTask task = taskOf(source, observer);
        if (task == null) {
            return observer;
        }
        KeptSingle<T> kept = new KeptSingle<>();
        RxTracking.<T>cancelWith(task.token())
                .apply(kept)
                .subscribe(
                        new TrackWithOperator.SingleTask<>(observer, task.tracker(), TaskOptions.named(task.name())));
        return kept.observer;
    }

    <T> MaybeObserver<? super T> counted(Maybe<T> source, MaybeObserver<? super T> observer) {
        SubscriptionTask task = taskOf(source, observer);
        if (task == null) {
            return observer;
        }
        KeptMaybe<T> kept = new KeptMaybe<>();
        RxTracking.<T>cancelWith(task.token())
                .apply(kept)
                .subscribe(new TrackWithOperator.MaybeTask<>(observer, task.tracker(), TaskOptions.named(task.name())));
        return kept.observer;
    }

    CompletableObserver counted(Completable source, CompletableObserver observer) {
        SubscriptionTask task = taskOf(source, observer);
        if (task == null) {
            return observer;
        }
        KeptCompletable kept = new KeptCompletable();
        RxTracking.cancelWith(task.token())
                .apply(kept)
                .subscribe(new TrackWithOperator.CompletableTask(
                        observer, task.tracker(), TaskOptions.named(task.name())));
        return kept.observer;
    }

    private static final class KeptFlowable<T> extends Flowable<T> {

        private Subscriber<? super T> observer = new DisposingObserver<T>();

        @Override
        protected void subscribeActual(Subscriber<? super T> subscriber) {
            observer = subscriber;
        }
    }

    private static final class KeptObservable<T> extends Observable<T> {

        private Observer<? super T> observer = new DisposingObserver<T>();

        @Override
        protected void subscribeActual(Observer<? super T> observer) {
            this.observer = observer;
        }
    }

    private static final class KeptSingle<T> extends Single<T> {

        private SingleObserver<? super T> observer = new DisposingObserver<T>();

        @Override
        protected void subscribeActual(SingleObserver<? super T> observer) {
            this.observer = observer;
        }
    }

    private static final class KeptMaybe<T> extends Maybe<T> {

        private MaybeObserver<? super T> observer = new DisposingObserver<T>();

        @Override
        protected void subscribeActual(MaybeObserver<? super T> observer) {
            this.observer = observer;
        }
    }

    private static final class KeptCompletable extends Completable {

        private CompletableObserver observer = new DisposingObserver<Object>();

        @Override
        protected void subscribeActual(CompletableObserver observer) {
            this.observer = observer;
        }
    }

    /** Disposes of the source at once: the token was cancelled before, and the observer was told. */
    private static final class DisposingObserver<T>
            implements FlowableSubscriber<T>, Observer<T>, SingleObserver<T>, MaybeObserver<T>, CompletableObserver {

        @Override
        public void onSubscribe(Subscription s) {
            s.cancel();
        }

        @Override
        public void onSubscribe(Disposable d) {
            d.dispose();
        }

        @Override
        public void onNext(T element) {}

        @Override
        public void onSuccess(T element) {}

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onComplete() {}
    }
}
