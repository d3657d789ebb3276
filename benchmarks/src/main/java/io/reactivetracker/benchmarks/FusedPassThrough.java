// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;

/** The smallest operator's subscriber that can be fused with. */
final class FusedPassThrough<T> extends PassThrough<T> implements Fuseable.QueueSubscription<T> {

    private Fuseable.QueueSubscription<T> queue;

    FusedPassThrough(CoreSubscriber<? super T> actual) {
        super(actual);
    }

    @Override
    @SuppressWarnings("unchecked")
    public void onSubscribe(Subscription s) {
        if (s instanceof Fuseable.QueueSubscription<?> fuseable) {
            queue = (Fuseable.QueueSubscription<T>) fuseable;
        }
        super.onSubscribe(s);
    }

    @Override
    public int requestFusion(int requestedMode) {
        return queue == null ? NONE : queue.requestFusion(requestedMode);
    }

    private static final int NONE = Fuseable.NONE;

    @Override
    public T poll() {
        return queue.poll();
    }

    @Override
    public boolean isEmpty() {
        return queue.isEmpty();
    }

    @Override
    public int size() {
        return queue.size();
    }

    @Override
    public void clear() {
        queue.clear();
    }
}
