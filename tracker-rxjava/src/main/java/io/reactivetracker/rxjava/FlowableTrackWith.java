// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.Failures;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.exceptions.ProtocolViolationException;
import io.reactivex.rxjava3.operators.ConditionalSubscriber;
import io.reactivex.rxjava3.operators.QueueSubscription;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A {@code Flowable} each of whose subscriptions is counted as a task. */
final class FlowableTrackWith<T> extends Flowable<T> {

    private final Flowable<T> source;
    private final TaskTracker tracker;
    private final TaskOptions options;

    FlowableTrackWith(Flowable<T> source, TaskTracker tracker, TaskOptions options) {
        this.source = source;
        this.tracker = tracker;
        this.options = options;
    }

    @Override
    @SuppressWarnings("unchecked")
    protected void subscribeActual(Subscriber<? super T> downstream) {
        TrackWithSubscriber<T> subscriber;
        try {
            subscriber = downstream instanceof ConditionalSubscriber
                    ? new ConditionalTrackWithSubscriber<>(
                            (ConditionalSubscriber<? super T>) downstream, tracker, options)
                    : new TrackWithSubscriber<>(downstream, tracker, options);
        } catch (IllegalStateException refused) {
            Flowable.<T>error(refused).subscribe(downstream);
            return;
        }
        try {
            source.subscribe(subscriber);
        } catch (Throwable failure) {
            // RxJava shows it to the caller; there is no way to know what the downstream has been told.
            subscriber.cancelAfter(failure);
            throw failure;
        }
    }

    /**
     * One tracked subscription: passes every signal on, and is the token that counts it.
     *
     * <p>It is counted until the first of these: a terminal signal was delivered downstream; {@code upstream.cancel()}
     * returned; a fused queue that emits no terminal signal was seen to be at its end; or one side threw, which by
     * rule 2.13 of Reactive Streams counts as cancelling.
     */
    static class TrackWithSubscriber<T> extends TaskToken implements FlowableSubscriber<T>, QueueSubscription<T> {

        final Subscriber<? super T> downstream;
        private @Nullable Subscription upstream;

        // What was agreed upon; then the upstream is a queue. A byte, so that the object is no larger than it need be.
        private byte fusion = NONE;
        boolean done;

        TrackWithSubscriber(Subscriber<? super T> downstream, TaskTracker tracker, TaskOptions options) {
            super(tracker, options);
            this.downstream = downstream;
        }

        @Override
        public final void onSubscribe(Subscription s) {
            Objects.requireNonNull(s, "subscription must not be null");
            if (upstream != null) {
                s.cancel();
                RxJavaPlugins.onError(new ProtocolViolationException("Subscription already set!"));
                return;
            }
            upstream = s;
            try {
                downstream.onSubscribe(this);
            } catch (Throwable failure) {
                cancelAfter(failure);
                throw failure;
            }
        }

        @Override
        public final void onNext(T element) {
            if (done) {
                return;
            }
            try {
                downstream.onNext(element);
            } catch (Throwable failure) {
                cancelAfter(failure);
                throw failure;
            }
        }

        @Override
        public final void onError(Throwable error) {
            Objects.requireNonNull(error, "error must not be null");
            if (done) {
                RxJavaPlugins.onError(error);
                return;
            }
            done = true;
            try (this) {
                downstream.onError(error);
            }
        }

        @Override
        public final void onComplete() {
            if (done) {
                return;
            }
            done = true;
            try (this) {
                downstream.onComplete();
            }
        }

        @Override
        public final void request(long n) {
            if (upstream == null) {
                return;
            }
            try {
                upstream.request(n);
            } catch (Throwable failure) {
                cancelAfter(failure);
                throw failure;
            }
        }

        @Override
        public final void cancel() {
            try (this) {
                if (upstream != null) {
                    upstream.cancel();
                }
            }
        }

        /** What has thrown is over; whatever else goes wrong must not hide why. */
        final void cancelAfter(Throwable failure) {
            Failures.runAfter(failure, this::cancel);
        }

        @Override
        public final int requestFusion(int requestedMode) {
            if (!(upstream instanceof QueueSubscription<?> fuseable)) {
                return NONE;
            }
            int mode = fuseable.requestFusion(requestedMode);
            fusion = (byte) mode;
            return mode;
        }

        @SuppressWarnings("unchecked") // agreed upon with an upstream of this type
        private @Nullable QueueSubscription<T> queue() {
            return fusion == NONE ? null : (QueueSubscription<T>) upstream;
        }

        @Override
        public final @Nullable T poll() throws Throwable {
            QueueSubscription<T> queue = queue();
            if (queue == null) {
                return null;
            }
            T element;
            try {
                element = queue.poll();
            } catch (Throwable failure) {
                cancelAfter(failure);
                throw failure;
            }
            if (element == null) {
                endIfSync();
            }
            return element;
        }

        @Override
        public final boolean isEmpty() {
            QueueSubscription<T> queue = queue();
            boolean isEmpty = queue == null || queue.isEmpty();
            if (isEmpty) {
                // A consumer that has what it asked for looks here for the end and does not poll again.
                endIfSync();
            }
            return isEmpty;
        }

        @Override
        public final void clear() {
            QueueSubscription<T> queue = queue();
            if (queue != null) {
                queue.clear();
            }
        }

        /** A queue that is fused synchronously holds all there is, and no terminal signal follows its last element. */
        private void endIfSync() {
            if (fusion == SYNC) {
                done = true;
                close();
            }
        }

        @Override
        public final boolean offer(T element) {
            throw new UnsupportedOperationException("only its upstream fills a fused queue");
        }

        @Override
        public final boolean offer(T first, T second) {
            throw new UnsupportedOperationException("only its upstream fills a fused queue");
        }
    }

    /** A tracked subscription whose downstream says of each element whether it took it. */
    static final class ConditionalTrackWithSubscriber<T> extends TrackWithSubscriber<T>
            implements ConditionalSubscriber<T> {

        ConditionalTrackWithSubscriber(
                ConditionalSubscriber<? super T> downstream, TaskTracker tracker, TaskOptions options) {
            super(downstream, tracker, options);
        }

        @Override
        public boolean tryOnNext(T element) {
            if (done) {
                return true;
            }
            try {
                return ((ConditionalSubscriber<? super T>) downstream).tryOnNext(element);
            } catch (Throwable failure) {
                cancelAfter(failure);
                throw failure;
            }
        }
    }
}
