// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;
import reactor.util.context.Context;

/**
 * A no-op operator's subscriber with two bare {@code getAndAdd}: the lower bound for an operator that counts in one
 * word.
 */
final class CountingPassThrough<T> implements CoreSubscriber<T>, Fuseable.QueueSubscription<T> {

    private final CoreSubscriber<? super T> actual;
    private final AtomicLong count;
    private Subscription upstream;

    CountingPassThrough(CoreSubscriber<? super T> actual, AtomicLong count) {
        this.actual = actual;
        this.count = count;
        count.getAndAdd(1);
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
        count.getAndAdd(-1);
    }

    @Override
    public void onComplete() {
        actual.onComplete();
        count.getAndAdd(-1);
    }

    @Override
    public void request(long n) {
        upstream.request(n);
    }

    @Override
    public void cancel() {
        upstream.cancel();
        count.getAndAdd(-1);
    }

    @Override
    public int requestFusion(int requestedMode) {
        return Fuseable.NONE;
    }

    @Override
    public T poll() {
        return null;
    }

    @Override
    public boolean isEmpty() {
        return true;
    }

    @Override
    public int size() {
        return 0;
    }

    @Override
    public void clear() {}

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }
}
