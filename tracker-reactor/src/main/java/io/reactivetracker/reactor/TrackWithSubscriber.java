// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.Failures;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One tracked subscription: passes every signal on, and is the token that counts it.
 *
 * <p>It is counted from its making, before the upstream is subscribed to, until the first of these: a terminal signal
 * was delivered downstream; {@code upstream.cancel()} returned; a fused queue that emits no terminal signal was seen to
 * be at its end; or one side threw, which by rule 2.13 of Reactive Streams counts as cancelling. The token is closed
 * once, so the order in which several of these race does not matter.
 *
 * <p>It can be fused with, and is conditional, and finds out when it matters whether its upstream and downstream are: so
 * one class serves all kinds.
 *
 * <p>Elements are passed on without a look at what came before, as {@code hide()} and {@code doFinally} do it: of one that
 * comes after the end, which its upstream must not emit, the downstream decides.
 */
final class TrackWithSubscriber<T> extends TaskToken
        implements Fuseable.ConditionalSubscriber<T>, Fuseable.QueueSubscription<T>, Scannable {

    private static final byte NOT_ASKED = 0;
    private static final byte UNCONDITIONAL = 1;
    private static final byte CONDITIONAL = 2;

    private final CoreSubscriber<? super T> actual;

    private @Nullable Subscription upstream;

    // What was agreed upon. A byte: with it, the object is 32 bytes on a common JVM.
    private byte fusion = Fuseable.NONE;

    // Whether the downstream is conditional. Not asked before it matters: to ask an object that is not costs as much as
    // two atomic steps, since the virtual machine looks through all that its class implements.
    private byte downstreamKind = NOT_ASKED;

    private boolean done;

    TrackWithSubscriber(CoreSubscriber<? super T> actual, TaskTracker tracker, TaskOptions options) {
        super(tracker, options);
        this.actual = actual;
    }

    static <T> void subscribe(
            CorePublisher<? extends T> source,
            CoreSubscriber<? super T> actual,
            TaskTracker tracker,
            TaskOptions options) {
        TrackWithSubscriber<T> subscriber;
        try {
            subscriber = new TrackWithSubscriber<>(actual, tracker, options);
        } catch (IllegalStateException refused) {
            Operators.error(actual, refused);
            return;
        }
        try {
            source.subscribe(subscriber);
        } catch (Throwable failure) {
            try {
                // As every operator of Reactor does: the failure goes downstream, or is dropped if it comes too late.
                Operators.reportThrowInSubscribe(subscriber, failure);
            } finally {
                subscriber.cancel();
            }
        }
    }

    @Override
    public void onSubscribe(Subscription s) {
        if (Operators.validate(upstream, s)) {
            upstream = s;
            try {
                actual.onSubscribe(this);
            } catch (Throwable failure) {
                cancelAfter(failure);
                throw failure;
            }
        }
    }

    @Override
    public void onNext(T element) {
        try {
            actual.onNext(element);
        } catch (Throwable failure) {
            cancelAfter(failure);
            throw failure;
        }
    }

    /** As {@link #onNext} does it if the downstream is not conditional: then it has taken every element. */
    @Override
    public boolean tryOnNext(T element) {
        if (!isDownstreamConditional()) {
            onNext(element);
            return true;
        }
        try {
            return ((Fuseable.ConditionalSubscriber<? super T>) actual).tryOnNext(element);
        } catch (Throwable failure) {
            cancelAfter(failure);
            throw failure;
        }
    }

    private boolean isDownstreamConditional() {
        if (downstreamKind == NOT_ASKED) {
            downstreamKind = actual instanceof Fuseable.ConditionalSubscriber ? CONDITIONAL : UNCONDITIONAL;
        }
        return downstreamKind == CONDITIONAL;
    }

    @Override
    public void onError(Throwable error) {
        if (done) {
            Operators.onErrorDropped(error, actual.currentContext());
            return;
        }
        done = true;
        try (this) {
            actual.onError(error);
        }
    }

    @Override
    public void onComplete() {
        if (done) {
            return;
        }
        done = true;
        try (this) {
            actual.onComplete();
        }
    }

    @Override
    public void request(long n) {
        Subscription s = upstream;
        if (s == null) {
            return;
        }
        try {
            s.request(n);
        } catch (Throwable failure) {
            cancelAfter(failure);
            throw failure;
        }
    }

    @Override
    public void cancel() {
        try (this) {
            Subscription s = upstream;
            if (s != null) {
                s.cancel();
            }
        }
    }

    /** What has thrown is over; whatever else goes wrong must not hide why. */
    private void cancelAfter(Throwable failure) {
        Failures.runAfter(failure, this::cancel);
    }

    // ---- fusion ----

    @Override
    public int requestFusion(int requestedMode) {
        if (!(upstream instanceof Fuseable.QueueSubscription<?> fuseable)) {
            return Fuseable.NONE;
        }
        int mode = fuseable.requestFusion(requestedMode);
        fusion = (byte) mode;
        return mode;
    }

    @SuppressWarnings("unchecked") // an upstream of this type
    private Fuseable.@Nullable QueueSubscription<T> queue() {
        return upstream instanceof Fuseable.QueueSubscription<?> queue ? (Fuseable.QueueSubscription<T>) queue : null;
    }

    @Override
    public @Nullable T poll() {
        Fuseable.QueueSubscription<T> queue = queue();
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
        Fuseable.QueueSubscription<T> queue = queue();
        boolean isEmpty = queue == null || queue.isEmpty();
        if (isEmpty) {
            // A consumer that has what it asked for looks here for the end and does not poll again.
            endIfSync();
        }
        return isEmpty;
    }

    @Override
    public int size() {
        Fuseable.QueueSubscription<T> queue = queue();
        return queue == null ? 0 : queue.size();
    }

    @Override
    public void clear() {
        Fuseable.QueueSubscription<T> queue = queue();
        if (queue != null) {
            queue.clear();
        }
    }

    /** A queue that is fused synchronously holds all there is, and no terminal signal follows its last element. */
    private void endIfSync() {
        if (fusion == Fuseable.SYNC) {
            done = true;
            close();
        }
    }

    // ---- what others see of it ----

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.PARENT) {
            return upstream;
        }
        if (key == Attr.ACTUAL) {
            return actual;
        }
        if (key == Attr.TERMINATED) {
            return done;
        }
        if (key == Attr.CANCELLED) {
            return isClosed() && !done;
        }
        if (key == Attr.RUN_STYLE) {
            return Attr.RunStyle.SYNC;
        }
        if (key == Attr.NAME) {
            var task = runningTask();
            return task == null ? null : task.name();
        }
        return null;
    }
}
