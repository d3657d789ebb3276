// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Closes race with new actions, with removals, and with a reopen. */
public final class CloseStress {

    private CloseStress() {}

    /** An action is registered while the tracker is closed: it runs once, in either thread. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "run once")
    @Outcome(expect = FORBIDDEN, desc = "lost, or run twice")
    @State
    public static class ActionRacesClose {

        private final TaskTracker tracker = TaskTracker.create("stress");
        private final AtomicInteger told = new AtomicInteger();

        @Actor
        public void register() {
            tracker.onClose(told::incrementAndGet);
        }

        @Actor
        public void close() {
            tracker.close();
        }

        @Arbiter
        public void told(I_Result result) {
            result.r1 = told.get();
        }
    }

    /** One action is removed, and another one registered, during a close. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "removed before or after it was started; the other one ran once")
    @Outcome(expect = FORBIDDEN, desc = "run twice, or the other one lost")
    @State
    public static class RemovalRacesCloseAndAction {

        private final TaskTracker tracker = TaskTracker.create("stress");
        private final AtomicInteger removed = new AtomicInteger();
        private final AtomicInteger added = new AtomicInteger();
        private final Registration registration = tracker.onClose(removed::incrementAndGet);

        @Actor
        public void close() {
            tracker.close();
        }

        @Actor
        public void remove() {
            registration.close();
        }

        @Actor
        public void add() {
            tracker.onClose(added::incrementAndGet);
        }

        @Arbiter
        public void told(II_Result result) {
            result.r1 = removed.get();
            result.r2 = added.get();
        }
    }

    /** A tracker is closed for a moment, while an action is registered: an earlier action is not missed. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the second action waits for the next close")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the second action was in time")
    @Outcome(expect = FORBIDDEN, desc = "the close was missed, or an action ran twice")
    @State
    public static class MomentaryClose {

        private final TaskTracker tracker = TaskTracker.create("stress");
        private final AtomicInteger early = new AtomicInteger();
        private final AtomicInteger late = new AtomicInteger();

        public MomentaryClose() {
            tracker.onClose(early::incrementAndGet);
        }

        @Actor
        public void closeForAMoment() {
            tracker.close();
        }

        @Actor
        public void reopen() {
            tracker.reopen();
        }

        @Actor
        public void register() {
            tracker.onClose(late::incrementAndGet);
        }

        @Arbiter
        public void told(II_Result result) {
            result.r1 = early.get();
            result.r2 = late.get();
        }
    }

    /** The control: an action that is told by the closed bit alone is missed by a close for a moment. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "told")
    @Outcome(id = "0", expect = ACCEPTABLE_INTERESTING, desc = "missed: the bit was cleared before it was read")
    @Outcome(expect = FORBIDDEN, desc = "run twice")
    @State
    public static class ClosedBitAloneMissesAMomentaryClose {

        private final TaskTracker tracker = TaskTracker.create("stress");
        private final Waiters waiters = new Waiters();
        private final AtomicInteger told = new AtomicInteger();

        public ClosedBitAloneMissesAMomentaryClose() {
            Registration unused = waiters.register(tracker::isClosed, told::incrementAndGet);
        }

        @Actor
        public void closeForAMoment() {
            if (tracker.close()) {
                waiters.runHappened();
            }
        }

        @Actor
        public void reopen() {
            tracker.reopen();
        }

        @Arbiter
        public void told(I_Result result) {
            result.r1 = told.get();
        }
    }
}
