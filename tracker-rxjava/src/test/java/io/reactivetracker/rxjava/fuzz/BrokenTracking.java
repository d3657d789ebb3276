// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava.fuzz;

import io.reactivetracker.TaskToken;
import io.reactivetracker.fuzz.World;
import io.reactivetracker.rxjava.TrackTransformer;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * An operator that counts wrongly, in one of several ways, for the fuzzer to find; types other than Flowable are
 * right.
 */
record BrokenTracking(How how, World world) implements TrackTransformer<Object> {

    /** What is wrong. */
    enum How {
        /** Is no longer counted while its terminal signal is delivered. */
        RELEASES_BEFORE_DELIVERY,
        /** Is counted without end if something throws through it. */
        LEAKS_WHEN_SOMETHING_THROWS,
        /** Is counted without end if it is cancelled. */
        LEAKS_WHEN_CANCELLED
    }

    @Override
    public Flowable<Object> apply(Flowable<Object> source) {
        return new Flowable<>() {
            @Override
            protected void subscribeActual(Subscriber<? super Object> downstream) {
                source.subscribe(new Tracked(downstream, how, world.tracker().token()));
            }
        };
    }

    @Override
    public Observable<Object> apply(Observable<Object> source) {
        return source.compose(FlowableAssembly.trackWith(world));
    }

    @Override
    public Maybe<Object> apply(Maybe<Object> source) {
        return source.compose(FlowableAssembly.trackWith(world));
    }

    @Override
    public Single<Object> apply(Single<Object> source) {
        return source.compose(FlowableAssembly.trackWith(world));
    }

    @Override
    public Completable apply(Completable source) {
        return source.compose(FlowableAssembly.trackWith(world));
    }

    private static final class Tracked implements FlowableSubscriber<Object>, Subscription {

        private final Subscriber<? super Object> downstream;
        private final How how;
        private final TaskToken token;
        private Subscription upstream;

        Tracked(Subscriber<? super Object> downstream, How how, TaskToken token) {
            this.downstream = downstream;
            this.how = how;
            this.token = token;
        }

        @Override
        public void onSubscribe(Subscription s) {
            upstream = s;
            downstream.onSubscribe(this);
        }

        @Override
        public void onNext(Object element) {
            try {
                downstream.onNext(element);
            } catch (Throwable failure) {
                if (how != How.LEAKS_WHEN_SOMETHING_THROWS) {
                    cancel();
                }
                throw failure;
            }
        }

        @Override
        public void onError(Throwable error) {
            terminate(() -> downstream.onError(error));
        }

        @Override
        public void onComplete() {
            terminate(downstream::onComplete);
        }

        private void terminate(Runnable signal) {
            if (how == How.RELEASES_BEFORE_DELIVERY) {
                token.close();
            }
            try (token) {
                signal.run();
            }
        }

        @Override
        public void request(long n) {
            upstream.request(n);
        }

        @Override
        public void cancel() {
            upstream.cancel();
            if (how != How.LEAKS_WHEN_CANCELLED) {
                token.close();
            }
        }
    }
}
