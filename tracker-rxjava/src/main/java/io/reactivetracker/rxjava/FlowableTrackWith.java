// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.Failures;
import io.reactivex.rxjava3.core.Flowable;
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
    protected void subscribeActual(Subscriber<? super T> downstream) {
        TrackWithSubscriber<T> subscriber;
        try {
            subscriber = new TrackWithSubscriber<>(downstream, tracker, options);
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
     *
     * <p>It can be fused with, and is conditional, and finds out when it matters whether its upstream and downstream are:
     * so one class serves all kinds.
     */
    static final class TrackWithSubscriber<T> extends TaskToken
            implements ConditionalSubscriber<T>, QueueSubscription<T> {

        private static final byte NOT_ASKED = 0;
        private static final byte UNCONDITIONAL = 1;
        private static final byte CONDITIONAL = 2;

        private final Subscriber<? super T> downstream;
        private @Nullable Subscription upstream;

        // What was agreed upon. A byte, so that the object is no larger than it need be.
        private byte fusion = NONE;

        // Whether the downstream is conditional. Not asked before it matters: to ask an object that is not costs two
        // atomic steps, since the virtual machine looks through all that its class implements.
        private byte downstreamKind = NOT_ASKED;

        private boolean done;

        TrackWithSubscriber(Subscriber<? super T> downstream, TaskTracker tracker, TaskOptions options) {
            super(tracker, options);
            this.downstream = downstream;
        }

        @Override
        public void onSubscribe(Subscription s) {
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
        public void onNext(T element) {
            try {
                downstream.onNext(element);
            } catch (Throwable failure) {
                cancelAfter(failure);
                throw failure;
            }
        }

        /** As {@link #onNext} does it if the downstream is not conditional: then it has taken every element. */
        @Override
        @SuppressWarnings("unchecked") // a downstream of this type
        public boolean tryOnNext(T element) {
            if (!isDownstreamConditional()) {
                onNext(element);
                return true;
            }
            try {
                return ((ConditionalSubscriber<? super T>) downstream).tryOnNext(element);
            } catch (Throwable failure) {
                cancelAfter(failure);
                throw failure;
            }
        }

        private boolean isDownstreamConditional() {
            if (downstreamKind == NOT_ASKED) {
                downstreamKind = downstream instanceof ConditionalSubscriber ? CONDITIONAL : UNCONDITIONAL;
            }
            return downstreamKind == CONDITIONAL;
        }

        @Override
        public void onError(Throwable error) {
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
        public void onComplete() {
            if (done) {
                return;
            }
            done = true;
            try (this) {
                downstream.onComplete();
            }
        }

        @Override
        public void request(long n) {
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
        public void cancel() {
            try (this) {
                if (upstream != null) {
                    upstream.cancel();
                }
            }
        }

        /** What has thrown is over; whatever else goes wrong must not hide why. */
        private void cancelAfter(Throwable failure) {
            Failures.runAfter(failure, this::cancel);
        }

        @Override
        public int requestFusion(int requestedMode) {
            if (!(upstream instanceof QueueSubscription<?> fuseable)) {
                return NONE;
            }
            int mode = fuseable.requestFusion(requestedMode);
            fusion = (byte) mode;
            return mode;
        }

        @SuppressWarnings("unchecked") // an upstream of this type
        private @Nullable QueueSubscription<T> queue() {
            return upstream instanceof QueueSubscription<?> queue ? (QueueSubscription<T>) queue : null;
        }

        @Override
        public @Nullable T poll() throws Throwable {
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
        public boolean isEmpty() {
            QueueSubscription<T> queue = queue();
            boolean isEmpty = queue == null || queue.isEmpty();
            if (isEmpty) {
                // A consumer that has what it asked for looks here for the end and does not poll again.
                endIfSync();
            }
            return isEmpty;
        }

        @Override
        public void clear() {
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
        public boolean offer(T element) {
            throw new UnsupportedOperationException("only its upstream fills a fused queue");
        }

        @Override
        public boolean offer(T first, T second) {
            throw new UnsupportedOperationException("only its upstream fills a fused queue");
        }
    }
}
