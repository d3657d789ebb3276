// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The downstream end of an observed task. Passes each signal on, and ends the observation before the terminal signal or
 * the cancel.
 *
 * <p>Reactor's {@code tap} is not used here. An exception of a handler would end the task, and a {@code tap} sees no
 * end if a fused consumer stops polling or a subscriber throws.
 */
final class ObservedSubscriber<T> implements CoreSubscriber<T>, Subscription, Scannable {

    private final CoreSubscriber<? super T> actual;
    private final Context context;
    private final TaskObservation observation;

    private @Nullable Subscription upstream;
    private volatile boolean done;
    private volatile boolean cancelled;

    ObservedSubscriber(CoreSubscriber<? super T> actual, Context downstream, TaskObservation observation) {
        this.actual = actual;
        this.context = downstream.put(TaskObservation.class, observation);
        this.observation = observation;
    }

    @Override
    public void onSubscribe(Subscription s) {
        if (Operators.validate(upstream, s)) {
            upstream = s;
            try {
                actual.onSubscribe(this);
            } catch (Throwable failure) {
                observation.threw(failure);
                throw failure;
            }
        }
    }

    @Override
    public void onNext(T element) {
        if (done) {
            Operators.onNextDropped(element, context);
            return;
        }
        try {
            actual.onNext(element);
        } catch (Throwable failure) {
            observation.threw(failure);
            throw failure;
        }
    }

    @Override
    public void onError(Throwable error) {
        if (done) {
            Operators.onErrorDropped(error, context);
            return;
        }
        done = true;
        try {
            observation.fail(error);
        } finally {
            actual.onError(error);
        }
    }

    @Override
    public void onComplete() {
        if (done) {
            return;
        }
        done = true;
        try {
            observation.complete();
        } finally {
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
            observation.threw(failure);
            throw failure;
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        try {
            observation.cancel();
        } finally {
            Subscription s = upstream;
            if (s != null) {
                s.cancel();
            }
        }
    }

    @Override
    public Context currentContext() {
        return context;
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
