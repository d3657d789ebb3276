// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.Candidate;
import io.reactivetracker.group.GroupTask;
import io.reactivetracker.group.TaskGroup;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** The hand-over of a permit: the answer of an admission against the end, the leaving and the asking of its task. */
public final class AdmissionStress {

    private AdmissionStress() {}

    /** A task and an admission that answers when the test says so. */
    private static final class Asking {

        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger ran = new AtomicInteger();
        private final AtomicInteger released = new AtomicInteger();
        private final AtomicInteger left = new AtomicInteger();
        private volatile Candidate candidate;
        private volatile int taken;

        private final GroupTask task = TaskGroup.builder("stress")
                .executor(Runnable::run)
                .admission(asking -> {
                    candidate = asking;
                    asked.incrementAndGet();
                    return left::incrementAndGet;
                })
                .build()
                .issue(TaskOptions.defaults(), () -> null);

        Registration ask() {
            return task.admit(ran::incrementAndGet, rejection -> {});
        }

        void grant() {
            Candidate waiting = candidate;
            if (waiting != null && waiting.grant(outcome -> released.incrementAndGet())) {
                taken = 1;
            }
        }

        void end() {
            task.end(io.reactivetracker.group.Outcome.CANCELLED);
        }
    }

    /** A task ends while it is granted: it has taken the permit and gives it back, or the admission keeps it. */
    @JCStressTest
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "ended first: the admission keeps the permit")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "granted first: it ran, and gave the permit back")
    @Outcome(expect = FORBIDDEN, desc = "the permit is lost, or released though nobody took it")
    @State
    public static class EndRacesGrant {

        private final Asking asking = new Asking();

        public EndRacesGrant() {
            asking.ask();
        }

        @Actor
        public void grant() {
            asking.grant();
        }

        @Actor
        public void end() {
            asking.end();
        }

        @Arbiter
        public void look(III_Result result) {
            result.r1 = asking.taken;
            result.r2 = asking.released.get();
            result.r3 = asking.ran.get();
        }
    }

    /** A task leaves the queue while it is granted, and ends after that. */
    @JCStressTest
    @Outcome(id = "0, 0, 0, 1", expect = ACCEPTABLE, desc = "left first")
    @Outcome(id = "1, 1, 1, 0", expect = ACCEPTABLE, desc = "granted first, and gave the permit back at its end")
    @Outcome(expect = FORBIDDEN, desc = "both or neither")
    @State
    public static class LeavingRacesGrant {

        private final Asking asking = new Asking();
        private final Registration place = asking.ask();

        @Actor
        public void grant() {
            asking.grant();
        }

        @Actor
        public void leave() {
            place.close();
        }

        @Arbiter
        public void look(IIII_Result result) {
            asking.end();
            result.r1 = asking.taken;
            result.r2 = asking.released.get();
            result.r3 = asking.ran.get();
            result.r4 = asking.left.get();
        }
    }

    /** The answer comes while the admission has not returned yet. */
    @JCStressTest
    @Outcome(id = "0, 0, 0, 1", expect = ACCEPTABLE, desc = "no answer: the end leaves the queue")
    @Outcome(id = "1, 1, 1, 0", expect = ACCEPTABLE, desc = "granted")
    @Outcome(expect = FORBIDDEN, desc = "the answer, the permit or the place is lost")
    @State
    public static class GrantRacesAsking {

        private final Asking asking = new Asking();

        @Actor
        public void ask() {
            asking.ask();
        }

        @Actor
        public void grant() {
            asking.grant();
        }

        @Arbiter
        public void look(IIII_Result result) {
            asking.end();
            result.r1 = asking.taken;
            result.r2 = asking.released.get();
            result.r3 = asking.ran.get();
            result.r4 = asking.left.get();
        }
    }

    /** A task ends while it asks: it leaves the place that it has not been given yet. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "ended first: it does not ask")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "asked first, and left")
    @Outcome(expect = FORBIDDEN, desc = "it stays in the queue")
    @State
    public static class EndRacesAsking {

        private final Asking asking = new Asking();

        @Actor
        public void ask() {
            asking.ask();
        }

        @Actor
        public void end() {
            asking.end();
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = asking.asked.get();
            result.r2 = asking.left.get();
        }
    }

    /**
     * A task that takes the answer in one step and the permit in the next. Wrong on purpose: if a run does not show the
     * interesting outcome, its silence on the real task means nothing.
     */
    @JCStressTest
    @Outcome(
            id = {"0, 0, 0", "1, 1, 1"},
            expect = ACCEPTABLE,
            desc = "one after the other")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE_INTERESTING, desc = "the permit is lost: found out")
    @Outcome(expect = FORBIDDEN, desc = "not even this one does that")
    @State
    public static class EndRacesGrantControl {

        private final AtomicInteger released = new AtomicInteger();
        private boolean isAsking = true;
        private boolean hasPermit;
        private int taken;

        @Actor
        public void grant() {
            synchronized (this) {
                if (!isAsking) {
                    return;
                }
                isAsking = false;
            }
            synchronized (this) {
                hasPermit = true;
                taken = 1;
            }
        }

        @Actor
        public synchronized void end() {
            isAsking = false;
            if (hasPermit) {
                hasPermit = false;
                released.incrementAndGet();
            }
        }

        @Arbiter
        public synchronized void look(III_Result result) {
            result.r1 = taken;
            result.r2 = released.get();
            result.r3 = taken;
        }
    }
}
