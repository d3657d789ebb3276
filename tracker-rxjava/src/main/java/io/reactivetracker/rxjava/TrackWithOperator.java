// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.FlowableOperator.requireUpstream;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
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
import java.util.Objects;
import java.util.function.BiConsumer;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Counts each subscription to a pipeline as a task.
 *
 * <p>Each type has an observer of its own, so that a tracked subscription costs one object; a conversion to {@code
 * Flowable} and back would cost four.
 */
record TrackWithOperator<T>(TaskTracker tracker, TaskOptions options) implements TrackTransformer<T> {

    /** Counts a subscription and then subscribes. The functions capture nothing, so this allocates nothing else. */
    private <P, D, S extends TaskSubscription<?, ?>> void subscribe(
            P upstream,
            D downstream,
            TaskSubscription.Factory<D, S> factory,
            BiConsumer<P, S> subscribe,
            BiConsumer<D, IllegalStateException> refuse) {
        S subscription;
        try {
            subscription = factory.create(downstream, tracker, options);
        } catch (IllegalStateException refused) {
            refuse.accept(downstream, refused);
            return;
        }
        TaskSubscription.subscribe(upstream, subscription, subscribe);
    }

    @Override
    public Flowable<T> apply(Flowable<T> upstream) {
        requireUpstream(upstream);
        return OwnPublishers.flowable(downstream -> subscribe(
                upstream,
                downstream,
                FlowableTask<T>::new,
                Flowable::subscribe,
                (to, refused) -> Flowable.<T>error(refused).subscribe(to)));
    }

    @Override
    public Observable<T> apply(Observable<T> upstream) {
        requireUpstream(upstream);
        return OwnPublishers.observable(downstream -> subscribe(
                upstream,
                downstream,
                ObservableTask<T>::new,
                Observable::subscribe,
                (to, refused) -> Observable.<T>error(refused).subscribe(to)));
    }

    @Override
    public Single<T> apply(Single<T> upstream) {
        requireUpstream(upstream);
        return OwnPublishers.single(downstream -> subscribe(
                upstream,
                downstream,
                SingleTask<T>::new,
                Single::subscribe,
                (to, refused) -> Single.<T>error(refused).subscribe(to)));
    }

    @Override
    public Maybe<T> apply(Maybe<T> upstream) {
        requireUpstream(upstream);
        return OwnPublishers.maybe(downstream -> subscribe(
                upstream,
                downstream,
                MaybeTask<T>::new,
                Maybe::subscribe,
                (to, refused) -> Maybe.<T>error(refused).subscribe(to)));
    }

    @Override
    public Completable apply(Completable upstream) {
        requireUpstream(upstream);
        return OwnPublishers.completable(downstream -> subscribe(
                upstream,
                downstream,
                CompletableTask::new,
                Completable::subscribe,
                (to, refused) -> Completable.error(refused).subscribe(to)));
    }

    /** A counted subscription to a {@code Flowable}. */
    static final class FlowableTask<T> extends TaskSubscription<Subscription, Subscriber<? super T>>
            implements FlowableSubscriber<T>, Subscription {

        FlowableTask(Subscriber<? super T> downstream, TaskTracker tracker, TaskOptions options) {
            super(downstream, tracker, options);
        }

        @Override
        void passOnSubscribe() {
            downstream.onSubscribe(this);
        }

        @Override
        void passOnError(Throwable error) {
            downstream.onError(error);
        }

        @Override
        void cancel(Subscription subscription) {
            subscription.cancel();
        }

        @Override
        public void onSubscribe(Subscription s) {
            subscribed(Objects.requireNonNull(s, "subscription must not be null"));
        }

        @Override
        public void onNext(T element) {
            try {
                downstream.onNext(element);
            } catch (Throwable failure) {
                cancelAfterErrors(failure);
                throw failure;
            }
        }

        @Override
        void passOnComplete() {
            downstream.onComplete();
        }

        @Override
        public void request(long n) {
            try {
                Objects.requireNonNull(upstream).request(n);
            } catch (Throwable failure) {
                cancelAfterErrors(failure);
                throw failure;
            }
        }

        @Override
        public void cancel() {
            cancelOnce();
        }
    }

    /** A counted subscription to a type without back-pressure. */
    abstract static class ObserverTask<D> extends TaskSubscription<Disposable, D> implements Disposable {

        ObserverTask(D downstream, TaskTracker tracker, TaskOptions options) {
            super(downstream, tracker, options);
        }

        @Override
        final void cancel(Disposable disposable) {
            disposable.dispose();
        }

        public final void onSubscribe(Disposable d) {
            subscribed(Objects.requireNonNull(d, "disposable must not be null"));
        }

        @Override
        public final void dispose() {
            cancelOnce();
        }

        @Override
        public final boolean isDisposed() {
            return upstream != null && upstream.isDisposed();
        }
    }

    static final class ObservableTask<T> extends ObserverTask<Observer<? super T>> implements Observer<T> {

        ObservableTask(Observer<? super T> downstream, TaskTracker tracker, TaskOptions options) {
            super(downstream, tracker, options);
        }

        @Override
        void passOnSubscribe() {
            downstream.onSubscribe(this);
        }

        @Override
        void passOnError(Throwable error) {
            downstream.onError(error);
        }

        @Override
        public void onNext(T element) {
            try {
                downstream.onNext(element);
            } catch (Throwable failure) {
                cancelAfterErrors(failure);
                throw failure;
            }
        }

        @Override
        void passOnComplete() {
            downstream.onComplete();
        }
    }

    static final class SingleTask<T> extends ObserverTask<SingleObserver<? super T>> implements SingleObserver<T> {

        SingleTask(SingleObserver<? super T> downstream, TaskTracker tracker, TaskOptions options) {
            super(downstream, tracker, options);
        }

        @Override
        void passOnSubscribe() {
            downstream.onSubscribe(this);
        }

        @Override
        void passOnError(Throwable error) {
            downstream.onError(error);
        }

        @Override
        public void onSuccess(T value) {
            if (end()) {
                try (this) {
                    downstream.onSuccess(value);
                }
            }
        }
    }

    static final class MaybeTask<T> extends ObserverTask<MaybeObserver<? super T>> implements MaybeObserver<T> {

        MaybeTask(MaybeObserver<? super T> downstream, TaskTracker tracker, TaskOptions options) {
            super(downstream, tracker, options);
        }

        @Override
        void passOnSubscribe() {
            downstream.onSubscribe(this);
        }

        @Override
        void passOnError(Throwable error) {
            downstream.onError(error);
        }

        @Override
        public void onSuccess(T value) {
            if (end()) {
                try (this) {
                    downstream.onSuccess(value);
                }
            }
        }

        @Override
        void passOnComplete() {
            downstream.onComplete();
        }
    }

    static final class CompletableTask extends ObserverTask<CompletableObserver> implements CompletableObserver {

        CompletableTask(CompletableObserver downstream, TaskTracker tracker, TaskOptions options) {
            super(downstream, tracker, options);
        }

        @Override
        void passOnSubscribe() {
            downstream.onSubscribe(this);
        }

        @Override
        void passOnError(Throwable error) {
            downstream.onError(error);
        }

        @Override
        void passOnComplete() {
            downstream.onComplete();
        }
    }
}
