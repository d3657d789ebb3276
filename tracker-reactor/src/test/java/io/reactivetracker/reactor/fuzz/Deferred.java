// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor.fuzz;

import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The reference for a task that claims a key: calls onSubscribe first, and then subscribes, unless it was cancelled.
 *
 * <p>What the first request throws fails the task, if no operator upstream passes it on.
 */
final class Deferred implements CoreSubscriber<Object>, Subscription {

    private final CoreSubscriber<? super Object> actual;
    private Subscription upstream;
    private long requested;
    private final Context context;
    private Throwable thrown;
    private boolean isDone;
    private boolean isCancelled;

    private Deferred(CoreSubscriber<? super Object> actual) {
        this.actual = actual;
        this.context = actual.currentContext();
    }

    static Flux<Object> of(Flux<Object> source) {
        return new FluxOperator<Object, Object>(source) {
            @Override
            public void subscribe(CoreSubscriber<? super Object> actual) {
                Deferred deferred = new Deferred(actual);
                actual.onSubscribe(deferred);
                if (deferred.isCancelled) {
                    return;
                }
                try {
                    source.subscribe(deferred);
                } catch (Throwable failure) {
                    try {
                        Operators.reportThrowInSubscribe(deferred, failure);
                    } finally {
                        deferred.cancel();
                    }
                    return;
                }
                if (deferred.thrown != null && !deferred.isDone && !deferred.isCancelled) {
                    deferred.onError(deferred.thrown);
                }
            }
        };
    }

    @Override
    public void onSubscribe(Subscription s) {
        if (isCancelled || upstream != null) {
            s.cancel();
            return;
        }
        upstream = s;
        if (requested > 0) {
            try {
                s.request(requested);
            } catch (Throwable failure) {
                thrown = failure;
                throw failure;
            }
        }
    }

    @Override
    public void onNext(Object element) {
        try {
            actual.onNext(element);
        } catch (Throwable failure) {
            try {
                cancel();
            } catch (Throwable another) {
                failure.addSuppressed(another);
            }
            throw failure;
        }
    }

    @Override
    public void onError(Throwable error) {
        if (isDone || isCancelled) {
            Operators.onErrorDropped(error, context);
            return;
        }
        isDone = true;
        actual.onError(error);
    }

    @Override
    public void onComplete() {
        if (!isDone && !isCancelled) {
            isDone = true;
            actual.onComplete();
        }
    }

    @Override
    public void request(long n) {
        if (upstream != null) {
            upstream.request(n);
        } else if (Operators.validate(n)) {
            requested = Operators.addCap(requested, n);
        }
    }

    @Override
    public void cancel() {
        if (!isCancelled) {
            isCancelled = true;
            if (upstream != null && !isDone) {
                upstream.cancel();
            }
        }
    }

    @Override
    public Context currentContext() {
        return context;
    }
}
