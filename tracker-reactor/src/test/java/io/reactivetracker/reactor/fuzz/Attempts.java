// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor.fuzz;

import io.reactivetracker.fuzz.World;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The reference for the attempts of a task: calls onSubscribe first, then subscribes to the source, and again after an
 * error.
 *
 * <p>Reactor's retry can't serve: it runs in the pipeline, and loses what a later attempt throws in subscribe().
 */
final class Attempts implements CoreSubscriber<Object>, Subscription {

    private final CoreSubscriber<? super Object> actual;
    private final Flux<?> source;
    private final World world;
    private Subscription upstream;
    private long requested;
    private long produced;
    private int retries;
    private boolean isDone;
    private boolean isCancelled;

    private Attempts(CoreSubscriber<? super Object> actual, Flux<?> source, World world, int retries) {
        this.actual = actual;
        this.source = source;
        this.world = world;
        this.retries = retries;
    }

    static Flux<Object> of(Flux<Object> source, World world, int retries) {
        return new FluxOperator<Object, Object>(source) {
            @Override
            public void subscribe(CoreSubscriber<? super Object> actual) {
                Attempts attempts = new Attempts(actual, source, world, retries);
                actual.onSubscribe(attempts);
                attempts.begin();
            }
        };
    }

    private void begin() {
        if (isCancelled) {
            return;
        }
        if (requested != Long.MAX_VALUE) {
            requested = Math.max(0, requested - produced);
        }
        produced = 0;
        isDone = false;
        try {
            source.subscribe(this);
        } catch (Throwable failure) {
            Subscription begun = isCancelled ? null : upstream;
            upstream = null;
            if (begun != null) {
                try {
                    begun.cancel();
                } catch (Throwable another) {
                    failure.addSuppressed(another);
                }
            }
            Operators.reportThrowInSubscribe(this, failure);
        }
    }

    @Override
    public void onSubscribe(Subscription s) {
        if (isCancelled || upstream != null) {
            s.cancel();
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
            Operators.onNextDropped(element, currentContext());
            return;
        }
        produced++;
        actual.onNext(element);
    }

    @Override
    public void onError(Throwable error) {
        if (isDone) {
            Operators.onErrorDropped(error, currentContext());
            return;
        }
        isDone = true;
        // An attempt that failed is not cancelled.
        upstream = null;
        if (retries > 0 && !isCancelled && World.isRetried(error)) {
            retries--;
            world.runAttempt(this::begin);
        } else {
            actual.onError(error);
        }
    }

    @Override
    public void onComplete() {
        if (!isDone) {
            isDone = true;
            actual.onComplete();
        }
    }

    @Override
    public void request(long n) {
        if (n > 0) {
            requested = Operators.addCap(requested, n);
        }
        if (upstream != null) {
            upstream.request(n);
        } else if (n <= 0) {
            Operators.reportBadRequest(n);
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

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }
}
