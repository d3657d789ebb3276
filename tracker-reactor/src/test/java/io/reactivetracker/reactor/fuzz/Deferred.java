// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor.fuzz;

import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** What a task that may have to wait is measured by: answers first, and then subscribes, unless it was cancelled. */
final class Deferred implements CoreSubscriber<Object>, Subscription {

    private final CoreSubscriber<? super Object> actual;
    private Subscription upstream;
    private long requested;
    private final Context context;
    private final boolean isCancelledAfterEnd;
    private boolean isDone;
    private boolean isCancelled;

    private Deferred(CoreSubscriber<? super Object> actual, boolean isCancelledAfterEnd) {
        this.actual = actual;
        this.context = actual.currentContext();
        this.isCancelledAfterEnd = isCancelledAfterEnd;
    }

    static Flux<Object> of(Flux<Object> source, boolean isCancelledAfterEnd) {
        return new FluxOperator<Object, Object>(source) {
            @Override
            public void subscribe(CoreSubscriber<? super Object> actual) {
                Deferred deferred = new Deferred(actual, isCancelledAfterEnd);
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
            s.request(requested);
        }
    }

    @Override
    public void onNext(Object element) {
        actual.onNext(element);
    }

    @Override
    public void onError(Throwable error) {
        if (!isCancelledAfterEnd && (isDone || isCancelled)) {
            Operators.onErrorDropped(error, context);
            return;
        }
        isDone = true;
        actual.onError(error);
    }

    @Override
    public void onComplete() {
        if (isCancelledAfterEnd || !(isDone || isCancelled)) {
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
            if (upstream != null && (isCancelledAfterEnd || !isDone)) {
                upstream.cancel();
            }
        }
    }

    @Override
    public Context currentContext() {
        return context;
    }
}
