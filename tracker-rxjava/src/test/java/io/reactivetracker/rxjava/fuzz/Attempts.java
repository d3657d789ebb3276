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
import java.util.concurrent.CancellationException;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * What the attempts of a task are measured by: answers first, then subscribes to the source, and again after an error.
 *
 * <p>It is no operator of RxJava, whose retry is what a group has used.
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
        private final boolean mayGoOn;
        private int begun;
        private boolean isCancelled;
        private boolean isDone;
        private boolean hasDownstreamThrown;
        private boolean handling;
        private Throwable next;

        Attempt(Flowable<Object> source, World world, int retries, Subscriber<? super Object> downstream) {
            this.source = source;
            this.world = world;
            this.retries = retries;
            this.mayGoOn = retries > 0;
            this.downstream = downstream;
        }

        /** The next attempt begins when the subscription to the source of the one before has returned. */
        void begin() {
            if (begun++ > 0) {
                return;
            }
            do {
                subscribe();
            } while (--begun > 0);
        }

        private void subscribe() {
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

        private static boolean isRetried(Throwable failure) {
            return !(failure instanceof CancellationException
                    || failure instanceof LinkageError
                    || failure instanceof VirtualMachineError);
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

        /** What comes after the end, or after the cancel, is lost where a task may go on, as by RxJava's own retry. */
        private boolean isOver() {
            return mayGoOn && (isDone || isCancelled);
        }

        @Override
        public void onNext(Object element) {
            if (mayGoOn && isDone) {
                return;
            }
            if (requested != Long.MAX_VALUE) {
                requested--;
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
            if (isOver()) {
                // Whether it is dropped or lost is a matter of where RxJava's retry is with the one before.
                world.lose();
                return;
            }
            if (mayGoOn) {
                upstream = null;
                if (requested < 0) {
                    requested = 0;
                    RxJavaPlugins.onError(new ProtocolViolationException("More produced than requested"));
                }
            }
            if (handling) {
                next = error;
                return;
            }
            handling = true;
            try {
                for (Throwable one = error; one != null; one = takeNext()) {
                    handle(one);
                }
            } finally {
                handling = false;
            }
        }

        /** One error after the other, as RxJava's own retry asks what follows it. */
        private void handle(Throwable error) {
            if (mayGoOn && isCancelled) {
                return;
            }
            if (retries > 0 && isRetried(error)) {
                retries--;
                begin();
            } else {
                isDone = true;
                downstream.onError(error);
            }
        }

        private Throwable takeNext() {
            Throwable taken = next;
            next = null;
            return taken;
        }

        @Override
        public void onComplete() {
            if (mayGoOn && isDone) {
                return;
            }
            isDone = true;
            downstream.onComplete();
        }

        @Override
        public void request(long n) {
            boolean isForUpstream = !mayGoOn && (upstream != null || isCancelled);
            if (!isForUpstream && !SubscriptionHelper.validate(n)) {
                return;
            }
            requested = BackpressureHelper.addCap(requested, n);
            if (upstream != null && !isCancelled) {
                upstream.request(n);
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
