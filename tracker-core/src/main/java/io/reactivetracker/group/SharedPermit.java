// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A permit that a task and its children hold together. It is given back when the last of them has ended, with the
 * outcome of the task that it was granted to.
 */
final class SharedPermit implements LimitPermit {

    private final LimitPermit granted;
    private final AtomicInteger holders = new AtomicInteger(1);
    private volatile Outcome outcome = Outcome.CANCELLED;

    SharedPermit(LimitPermit granted) {
        this.granted = granted;
    }

    /** Makes one more hold it; to be called only while another does. */
    LimitPermit share() {
        holders.incrementAndGet();
        return new Share();
    }

    /** By the task that it was granted to. */
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

    /** A child's. */
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
