// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.Throwables;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One tracked subscription: passes every signal on, and is the token that counts it.
 *
 * <p>It is counted from its construction, before the upstream is subscribed to, until the first of these: a terminal
 * signal was delivered downstream; {@code upstream.cancel()} returned; or one side threw, which by rule 2.13 of Reactive
 * Streams counts as cancelling. A cancel while a terminal signal is being delivered leaves the release to that delivery.
 * The token is closed once and the upstream is cancelled at most once, so the order in which several of these race does
 * not matter.
 *
 * <p>It is neither {@code Fuseable} nor a {@code ConditionalSubscriber}. A consumer that polls a fused queue runs the
 * operators upstream of the queue after {@code onComplete}, and may drop the queue without a cancel: whoever stands
 * between them cannot tell when the work is over. All elements are pushed through {@link #onNext}.
 *
 * <p>Elements are passed on without a look at what came before, as {@code hide()} and {@code doFinally} do: the downstream
 * decides about one that comes after the end.
 */
final class TrackWithSubscriber<T> extends TaskToken implements CoreSubscriber<T>, Subscription, Scannable {

    private static final VarHandle CANCELLED;

    static {
        try {
            CANCELLED = MethodHandles.lookup().findVarHandle(TrackWithSubscriber.class, "cancelled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final CoreSubscriber<? super T> actual;

    private @Nullable Subscription upstream;

    private boolean done;

    // Set once. Of all that cancel, the one that sets it cancels the upstream.
    private volatile boolean cancelled;

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
            subscriber.failInSubscribe(failure);
        }
    }

    /** As every operator of Reactor does: the failure goes downstream, or is dropped if it comes too late. */
    private void failInSubscribe(Throwable failure) {
        try {
            Operators.reportThrowInSubscribe(this, failure);
        } catch (Throwable fatal) {
            cancelAfterErrors(fatal);
            throw fatal;
        } finally {
            // Closed in any case: what failed may be a close, on a stack that was too deep for it.
            close();
        }
        cancel();
    }

    @Override
    public void onSubscribe(Subscription s) {
        if (Operators.validate(upstream, s)) {
            upstream = s;
            try {
                actual.onSubscribe(this);
            } catch (Throwable failure) {
                cancelAfterErrors(failure);
                throw failure;
            }
        }
    }

    @Override
    public void onNext(T element) {
        try {
            actual.onNext(element);
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        }
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
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    @Override
    public void cancel() {
        if ((boolean) CANCELLED.getAndSet(this, true)) {
            return;
        }
        try {
            Subscription s = upstream;
            if (s != null) {
                s.cancel();
            }
        } finally {
            if (!done) {
                close();
            }
        }
    }

    /** What has thrown is over; whatever else goes wrong must not hide why. */
    private void cancelAfterErrors(Throwable failure) {
        // Without a lambda, which can't be linked where the stack is full.
        try {
            cancel();
        } catch (Throwable another) {
            Throwables.suppress(failure, another);
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
            return cancelled && !done;
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
    }
}
