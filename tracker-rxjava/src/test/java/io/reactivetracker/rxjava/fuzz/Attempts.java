// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava.fuzz;

import io.reactivetracker.fuzz.World;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.exceptions.Exceptions;
import io.reactivex.rxjava3.exceptions.ProtocolViolationException;
import io.reactivex.rxjava3.internal.subscriptions.SubscriptionHelper;
import io.reactivex.rxjava3.internal.util.BackpressureHelper;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * What the attempts of a task are measured by: answers first, then subscribes to the source, and again after an error.
 *
 * <p>It is no operator of RxJava, so that it is independent of what a group uses.
 */
final class Attempts extends Flowable<Object> {

    private final Flowable<Object> source;
    private final World world;
    private final int retries;

    Attempts(Flowable<Object> source, World world, int retries) {
        this.source = source;
        this.world = world;
        this.retries = retries;
    }

    @Override
    protected void subscribeActual(Subscriber<? super Object> downstream) {
        Attempt attempt = new Attempt(source, world, retries, downstream);
        downstream.onSubscribe(attempt);
        attempt.begin();
    }

    /** The attempts of one subscription, one after the other. */
    private static final class Attempt implements FlowableSubscriber<Object>, Subscription {

        private final Flowable<Object> source;
        private final World world;
        private final Subscriber<? super Object> downstream;
        private Subscription upstream;
        private long requested;
        private int retries;
        private boolean isCancelled;
        private boolean isDone;
        private boolean hasDownstreamThrown;

        Attempt(Flowable<Object> source, World world, int retries, Subscriber<? super Object> downstream) {
            this.source = source;
            this.world = world;
            this.retries = retries;
            this.downstream = downstream;
        }

        void begin() {
            if (isCancelled || isDone) {
                return;
            }
            try {
                source.subscribe(this);
            } catch (Throwable failure) {
                Exceptions.throwIfFatal(failure);
                try {
                    cancel();
                } catch (Throwable another) {
                    failure.addSuppressed(another);
                }
                if (hasDownstreamThrown) {
                    RxJavaPlugins.onError(failure);
                } else {
                    downstream.onError(failure);
                }
            }
        }

        @Override
        public void onSubscribe(Subscription s) {
            if (isCancelled) {
                s.cancel();
                return;
            }
            if (upstream != null) {
                s.cancel();
                RxJavaPlugins.onError(new ProtocolViolationException("Subscription already set!"));
                return;
            }
            upstream = s;
            if (requested > 0) {
                s.request(requested);
            }
        }

        @Override
        public void onNext(Object element) {
            if (isDone) {
                return;
            }
            if (requested != Long.MAX_VALUE) {
                requested = Math.max(0, requested - 1);
            }
            try {
                downstream.onNext(element);
            } catch (Throwable failure) {
                hasDownstreamThrown = true;
                throw failure;
            }
        }

        @Override
        public void onError(Throwable error) {
            if (isDone) {
                RxJavaPlugins.onError(error);
                return;
            }
            isDone = true;
            // What has failed is not to be cancelled any more.
            upstream = null;
            if (retries > 0 && !isCancelled && World.isRetried(error)) {
                retries--;
                isDone = false;
                world.runAttempt(this::begin);
            } else {
                downstream.onError(error);
            }
        }

        @Override
        public void onComplete() {
            if (!isDone) {
                isDone = true;
                downstream.onComplete();
            }
        }

        @Override
        public void request(long n) {
            if (n > 0) {
                requested = BackpressureHelper.addCap(requested, n);
            }
            if (upstream != null) {
                upstream.request(n);
            } else {
                boolean unused = SubscriptionHelper.validate(n);
            }
        }

        @Override
        public void cancel() {
            if (!isCancelled) {
                isCancelled = true;
                if (upstream != null) {
                    upstream.cancel();
                }
            }
        }
    }
}
