// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A permit that a task and its children share. Released when the last of them has ended, with the outcome of the task
 * that it was granted to.
 */
final class SharedPermit implements LimitPermit {

    private final LimitPermit granted;
    private final AtomicInteger holders = new AtomicInteger(1);
    private volatile Outcome outcome = Outcome.CANCELLED;

    SharedPermit(LimitPermit granted) {
        this.granted = granted;
    }

    /** Adds a holder. Call it only while there is another one. */
    LimitPermit share() {
        holders.incrementAndGet();
        return new Share();
    }

    /** Called by the task that it was granted to. */
    @Override
    public void release(Outcome newOutcome) {
        outcome = newOutcome;
        leave();
    }

    @Override
    public boolean isOf(Admission limit) {
        return granted.isOf(limit);
    }

    private void leave() {
        if (holders.decrementAndGet() == 0) {
            granted.release(outcome);
        }
    }

    /** The permit of a child. */
    private final class Share implements LimitPermit {

        @Override
        public void release(Outcome itsOutcome) {
            leave();
        }

        @Override
        public boolean isOf(Admission limit) {
            return granted.isOf(limit);
        }
    }
}
