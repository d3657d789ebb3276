// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A tracker that counts drains outside its word, after the step that drains, as tokio-util's does.
 *
 * <p>Wrong on purpose: a wait that is created between the two steps is done although the tracker was never drained
 * during the wait. The model checker must find this error.
 */
public class TrackerWithoutEpoch extends TrackerScenarios {

    private final AtomicLong word = new AtomicLong(2);
    private final AtomicInteger drains = new AtomicInteger();
    private final boolean[] tokens = new boolean[THREADS];
    private final Signal[] signals = new Signal[THREADS];
    private final AtomicBoolean sharedToken = new AtomicBoolean(true);
    private final Signal sharedSignal = new Signal();

    /** Called by Lincheck for each interleaving. */
    public TrackerWithoutEpoch() {}

    @Override
    public boolean token(int thread) {
        if (tokens[thread]) {
            return false;
        }
        tokens[thread] = true;
        word.getAndAdd(2);
        return true;
    }

    @Override
    public boolean tryToken(int thread) {
        if (tokens[thread]) {
            return false;
        }
        long before = word.getAndUpdate(now -> (now & 1) == 0 ? now + 2 : now);
        tokens[thread] = (before & 1) == 0;
        return tokens[thread];
    }

    @Override
    public boolean closeToken(int thread) {
        if (!tokens[thread]) {
            return false;
        }
        tokens[thread] = false;
        countDown();
        return true;
    }

    @Override
    public void closeSharedToken() {
        if (sharedToken.getAndSet(false)) {
            countDown();
        }
    }

    private void countDown() {
        if (word.addAndGet(-2) == 1) {
            drains.incrementAndGet();
        }
    }

    @Override
    public boolean close() {
        long before = word.getAndUpdate(now -> now | 1);
        if (before == 0) {
            drains.incrementAndGet();
        }
        return (before & 1) == 0;
    }

    @Override
    public boolean reopen() {
        return (word.getAndUpdate(now -> now & ~1L) & 1) == 1;
    }

    @Override
    public long size() {
        return word.get() >> 1;
    }

    @Override
    public void drained(int thread) {
        signals[thread] = new Signal();
    }

    @Override
    public boolean isDone(int thread) {
        return signals[thread] != null && signals[thread].isDone();
    }

    @Override
    public boolean isSharedDone() {
        return sharedSignal.isDone();
    }

    private final class Signal {
        private final int seen = drains.get();
        private final boolean doneAtOnce = word.get() == 1;

        boolean isDone() {
            return doneAtOnce || word.get() == 1 || drains.get() != seen;
        }
    }
}
