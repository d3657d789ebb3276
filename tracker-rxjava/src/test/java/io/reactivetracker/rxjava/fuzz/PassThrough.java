// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava.fuzz;

import io.reactivetracker.fuzz.CountReference;
import io.reactivetracker.fuzz.World;
import io.reactivetracker.rxjava.TrackTransformer;
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
import io.reactivex.rxjava3.exceptions.ProtocolViolationException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * What {@code trackWith} is measured by: passes signals on, and counts until a terminal signal was delivered, the
 * cancel returned or something was thrown through it.
 */
record PassThrough(World.Counter counter) implements TrackTransformer<Object> {

    @Override
    public Flowable<Object> apply(Flowable<Object> source) {
        return new Flowable<>() {
            @Override
            protected void subscribeActual(Subscriber<? super Object> downstream) {
                CountedSubscriber counted = new CountedSubscriber(downstream, counter);
                counted.run(() -> source.subscribe(counted));
            }
        };
    }

    @Override
    public Observable<Object> apply(Observable<Object> source) {
        return new Observable<>() {
            @Override
            protected void subscribeActual(Observer<? super Object> downstream) {
                CountedObserver counted = new CountedObserver(downstream, null, null, null, counter);
                counted.run(() -> source.subscribe(counted));
            }
        };
    }

    @Override
    public Maybe<Object> apply(Maybe<Object> source) {
        return new Maybe<>() {
            @Override
            protected void subscribeActual(MaybeObserver<? super Object> downstream) {
                CountedObserver counted = new CountedObserver(null, downstream, null, null, counter);
                counted.run(() -> source.subscribe((MaybeObserver<Object>) counted));
            }
        };
    }

    @Override
    public Single<Object> apply(Single<Object> source) {
        return new Single<>() {
            @Override
            protected void subscribeActual(SingleObserver<? super Object> downstream) {
                CountedObserver counted = new CountedObserver(null, null, downstream, null, counter);
                counted.run(() -> source.subscribe((SingleObserver<Object>) counted));
            }
        };
    }

    @Override
    public Completable apply(Completable source) {
        return new Completable() {
            @Override
            protected void subscribeActual(CompletableObserver downstream) {
                CountedObserver counted = new CountedObserver(null, null, null, downstream, counter);
                counted.run(() -> source.subscribe(counted));
            }
        };
    }

    /** The part that all types share. */
    private abstract static class Counted extends CountReference {

        Counted(World.Counter counter) {
            super(counter);
        }

        final void run(Runnable subscription) {
            guard(subscription);
        }

        @Override
        protected final void drop(Throwable error) {
            RxJavaPlugins.onError(error);
        }
    }

    private static final class CountedSubscriber extends Counted implements FlowableSubscriber<Object>, Subscription {

        private final Subscriber<? super Object> downstream;
        private Subscription upstream;

        CountedSubscriber(Subscriber<? super Object> downstream, World.Counter counter) {
            super(counter);
            this.downstream = downstream;
        }

        @Override
        public void onSubscribe(Subscription s) {
            if (upstream != null) {
                s.cancel();
                RxJavaPlugins.onError(new ProtocolViolationException("Subscription already set!"));
                return;
            }
            upstream = s;
            guard(() -> downstream.onSubscribe(this));
        }

        @Override
        public void onNext(Object element) {
            guard(() -> downstream.onNext(element));
        }

        @Override
        public void onError(Throwable error) {
            terminate(error, () -> downstream.onError(error));
        }

        @Override
        public void onComplete() {
            terminate(downstream::onComplete);
        }

        @Override
        public void request(long n) {
            guard(() -> upstream.request(n));
        }

        @Override
        public void cancel() {
            cancelOnce();
        }

        @Override
        protected void cancelUpstream() {
            if (upstream != null) {
                upstream.cancel();
            }
        }
    }

    /** An observer of one of four types: only one downstream is there. */
    private static final class CountedObserver extends Counted
            implements Observer<Object>,
                    MaybeObserver<Object>,
                    SingleObserver<Object>,
                    CompletableObserver,
                    Disposable {

        private final Observer<? super Object> observer;
        private final MaybeObserver<? super Object> maybe;
        private final SingleObserver<? super Object> single;
        private final CompletableObserver completable;
        private Disposable upstream;

        CountedObserver(
                Observer<? super Object> observer,
                MaybeObserver<? super Object> maybe,
                SingleObserver<? super Object> single,
                CompletableObserver completable,
                World.Counter counter) {
            super(counter);
            this.observer = observer;
            this.maybe = maybe;
            this.single = single;
            this.completable = completable;
        }

        @Override
        public void onSubscribe(Disposable d) {
            if (upstream != null) {
                d.dispose();
                RxJavaPlugins.onError(new ProtocolViolationException("Disposable already set!"));
                return;
            }
            upstream = d;
            guard(() -> {
                if (observer != null) {
                    observer.onSubscribe(this);
                } else if (maybe != null) {
                    maybe.onSubscribe(this);
                } else if (single != null) {
                    single.onSubscribe(this);
                } else {
                    completable.onSubscribe(this);
                }
            });
        }

        @Override
        public void onNext(Object element) {
            guard(() -> observer.onNext(element));
        }

        @Override
        public void onSuccess(Object element) {
            terminate(() -> {
                if (maybe != null) {
                    maybe.onSuccess(element);
                } else {
                    single.onSuccess(element);
                }
            });
        }

        @Override
        public void onError(Throwable error) {
            terminate(error, () -> {
                if (observer != null) {
                    observer.onError(error);
                } else if (maybe != null) {
                    maybe.onError(error);
                } else if (single != null) {
                    single.onError(error);
                } else {
                    completable.onError(error);
                }
            });
        }

        @Override
        public void onComplete() {
            terminate(() -> {
                if (observer != null) {
                    observer.onComplete();
                } else if (maybe != null) {
                    maybe.onComplete();
                } else {
                    completable.onComplete();
                }
            });
        }

        @Override
        public void dispose() {
            cancelOnce();
        }

        @Override
        public boolean isDisposed() {
            return upstream != null && upstream.isDisposed();
        }

        @Override
        protected void cancelUpstream() {
            if (upstream != null) {
                upstream.dispose();
            }
        }
    }
}
