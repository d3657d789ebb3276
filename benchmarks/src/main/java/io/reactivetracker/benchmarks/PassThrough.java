// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/** The smallest operator's subscriber: passes every signal on and keeps no state. */
class PassThrough<T> implements CoreSubscriber<T>, Subscription {

    final CoreSubscriber<? super T> actual;
    Subscription upstream;

    PassThrough(CoreSubscriber<? super T> actual) {
        this.actual = actual;
    }

    @Override
    public void onSubscribe(Subscription s) {
        upstream = s;
        actual.onSubscribe(this);
    }

    @Override
    public void onNext(T element) {
        actual.onNext(element);
    }

    @Override
    public void onError(Throwable error) {
        actual.onError(error);
    }

    @Override
    public void onComplete() {
        actual.onComplete();
    }

    @Override
    public void request(long n) {
        upstream.request(n);
    }

    @Override
    public void cancel() {
        upstream.cancel();
    }

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }
}
