// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Registrations that arrive while their slot is closed. */
public final class RegistrationSlotStress {

    private RegistrationSlotStress() {}

    /** Two registrations race with the close of their slot: each is closed once. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "each is closed once")
    @Outcome(expect = FORBIDDEN, desc = "one is still registered, or was closed twice")
    @State
    public static class SetsRaceClose {

        private final RegistrationSlot slot = new RegistrationSlot();
        private final AtomicInteger first = new AtomicInteger();
        private final AtomicInteger second = new AtomicInteger();

        @Actor
        public void set() {
            slot.set(first::incrementAndGet);
            slot.set(second::incrementAndGet);
        }

        @Actor
        public void close() {
            slot.close();
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = first.get();
            result.r2 = second.get();
        }
    }

    /** A close that sees a registration also sees what its thread did before. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "closed, and the work before it is seen")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "closed by the thread that set it")
    @Outcome(expect = FORBIDDEN, desc = "closed before its work is seen")
    @State
    public static class SetHappensBeforeClose {

        private final RegistrationSlot slot = new RegistrationSlot();
        private int work;

        @Actor
        public void set(II_Result result) {
            Thread setter = Thread.currentThread();
            work = 1;
            slot.set(() -> {
                if (!Thread.currentThread().equals(setter)) {
                    result.r1 = 1;
                    result.r2 = work;
                }
            });
        }

        @Actor
        public void close() {
            slot.close();
        }
    }
}
