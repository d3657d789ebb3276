// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.util.ArrayList;
import java.util.List;

/** The sequential specification of a tracker: a count, a flag, and the waits that are not done yet. */
public class TrackerSpecification extends TrackerScenarios {

    private final boolean[] tokens = new boolean[THREADS];
    private final Wait[] signals = new Wait[THREADS];
    private final List<Wait> pending = new ArrayList<>();
    private final Wait sharedSignal = newWait();
    private boolean sharedToken = true;
    private long count = 1;
    private boolean closed;

    /** Called by Lincheck for each interleaving. */
    public TrackerSpecification() {}

    @Override
    public boolean token(int thread) {
        if (tokens[thread]) {
            return false;
        }
        tokens[thread] = true;
        count++;
        return true;
    }

    @Override
    public boolean tryToken(int thread) {
        return !closed && token(thread);
    }

    @Override
    public boolean closeToken(int thread) {
        if (!tokens[thread]) {
            return false;
        }
        tokens[thread] = false;
        count--;
        settle();
        return true;
    }

    @Override
    public void closeSharedToken() {
        if (sharedToken) {
            sharedToken = false;
            count--;
            settle();
        }
    }

    @Override
    public boolean close() {
        boolean changed = !closed;
        closed = true;
        settle();
        return changed;
    }

    @Override
    public boolean reopen() {
        boolean changed = closed;
        closed = false;
        return changed;
    }

    @Override
    public long size() {
        return count;
    }

    @Override
    public void drained(int thread) {
        signals[thread] = newWait();
        settle();
    }

    @Override
    public boolean isDone(int thread) {
        return signals[thread] != null && signals[thread].done;
    }

    @Override
    public boolean isSharedDone() {
        return sharedSignal.done;
    }

    private Wait newWait() {
        Wait wait = new Wait();
        pending.add(wait);
        return wait;
    }

    /** The rule: all waits of a closed and empty tracker are done, and stay done. */
    private void settle() {
        if (closed && count == 0) {
            pending.forEach(wait -> wait.done = true);
            pending.clear();
        }
    }

    private static final class Wait {
        private boolean done;
    }
}
