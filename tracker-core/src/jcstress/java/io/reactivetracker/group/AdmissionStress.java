// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.TaskBody;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Races on the transfer of a permit: the admission's answer against the end, the cancel and the request of its task.
 */
public final class AdmissionStress {

    private AdmissionStress() {}

    /** A task, and an admission that answers when the test says so. */
    private static final class Asking implements TaskBody {

        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger ran = new AtomicInteger();
        private final AtomicInteger released = new AtomicInteger();
        private final AtomicInteger left = new AtomicInteger();
        private final AtomicInteger cancelled = new AtomicInteger();
        private volatile AdmissionRequest candidate;
        private volatile int taken;

        private final TaskGroup group = TaskGroup.builder("stress")
                .executor(Runnable::run)
                .admission(asking -> {
                    candidate = asking;
                    asked.incrementAndGet();
                    return left::incrementAndGet;
                })
                .build();
        private final GroupTask task = GroupTask.issue(group, TaskOptions.defaults(), () -> null);

        void ask() {
            if (task.start(this)) {
                attempt();
            }
        }

        @Override
        public void attempt() {
            ran.incrementAndGet();
        }

        @Override
        public void fail(Throwable error) {}

        @Override
        public void cancelTask() {
            cancelled.incrementAndGet();
        }

        void grant() {
            AdmissionRequest waiting = candidate;
            if (waiting != null && waiting.grant(outcome -> released.incrementAndGet())) {
                taken = 1;
            }
        }

        void end() {
            task.end(io.reactivetracker.group.Outcome.CANCELLED);
        }
    }

    /** A task ends while it is granted: it takes and releases the permit, or the admission keeps it. */
    @JCStressTest
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "ended first: the admission keeps the permit")
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "granted first, and ended before the body began")
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

    /** A task is cancelled while it is granted: the body is notified once, and the permit is not lost. */
    @JCStressTest
    @Outcome(id = "0, 0, 0, 1", expect = ACCEPTABLE, desc = "cancelled first: the admission keeps the permit")
    @Outcome(id = "1, 1, 0, 1", expect = ACCEPTABLE, desc = "granted first, and cancelled before the body began")
    @Outcome(id = "1, 1, 1, 1", expect = ACCEPTABLE, desc = "granted first, and gave the permit back at its end")
    @Outcome(expect = FORBIDDEN, desc = "the permit is lost, or the cancel is, or it comes twice")
    @State
    public static class CancelRacesGrant {

        private final Asking asking = new Asking();

        public CancelRacesGrant() {
            asking.ask();
        }

        @Actor
        public void grant() {
            asking.grant();
        }

        @Actor
        public void cancel() {
            asking.group.cancel();
        }

        @Arbiter
        public void look(IIII_Result result) {
            asking.end();
            result.r1 = asking.taken;
            result.r2 = asking.released.get();
            result.r3 = asking.ran.get();
            result.r4 = asking.cancelled.get();
        }
    }

    /** A group is cancelled while one of its tasks is issued and started: the task is refused, or is notified once. */
    @JCStressTest
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "refused")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "issued, and cancelled before it ran")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "cancelled while it ran")
    @Outcome(expect = FORBIDDEN, desc = "the cancel is lost, or comes twice")
    @State
    public static class CancelRacesIssue implements TaskBody {

        private final TaskGroup group = TaskGroup.builder("stress").build();
        private final AtomicInteger cancelled = new AtomicInteger();
        private int issued;
        private int ran;

        @Actor
        public void issue() {
            GroupTask task;
            try {
                task = GroupTask.issue(group, TaskOptions.defaults(), () -> null);
            } catch (IllegalStateException refused) {
                return;
            }
            issued = 1;
            if (task.start(this)) {
                attempt();
            }
        }

        @Actor
        public void cancel() {
            group.cancel();
        }

        @Arbiter
        public void look(III_Result result) {
            result.r1 = issued;
            result.r2 = ran;
            result.r3 = cancelled.get();
        }

        @Override
        public void attempt() {
            ran++;
        }

        @Override
        public void fail(Throwable error) {}

        @Override
        public void cancelTask() {
            cancelled.incrementAndGet();
        }
    }

    /**
     * A thread reads the token of a task whose group is cancelled: the token is cancelled, and the body is notified
     * once.
     */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "cancelled")
    @Outcome(expect = FORBIDDEN, desc = "a token that is not cancelled, or a cancel that is lost or comes twice")
    @State
    public static class CancelRacesToken {

        private final Asking asking = new Asking();

        public CancelRacesToken() {
            asking.ask();
        }

        @Actor
        public void token(II_Result result) {
            asking.task.cancellationToken();
        }

        @Actor
        public void cancel() {
            asking.group.cancel();
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = asking.task.cancellationToken().isCancelled() ? 1 : 0;
            result.r2 = asking.cancelled.get();
        }
    }

    /** Two tasks and one permit: the end of one and the start of the other neither lose the permit nor block a task. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "the second runs, and nobody waits")
    @Outcome(expect = FORBIDDEN, desc = "it waits though the place is free, or has too many")
    @State
    public static class ReleaseRacesAsking {

        private final ConcurrencyLimit limit = Admission.concurrency(1);
        private final TaskGroup group = TaskGroup.builder("stress")
                .executor(Runnable::run)
                .admission(limit)
                .build();
        private final AtomicInteger ran = new AtomicInteger();
        private final GroupTask first = GroupTask.issue(group, TaskOptions.defaults(), () -> null);

        @Actor
        public void end() {
            first.end(io.reactivetracker.group.Outcome.SUCCEEDED);
        }

        @Actor
        public void ask() {
            GroupTask second = GroupTask.issue(group, TaskOptions.defaults(), () -> null);
            TaskBody body = new TaskBody() {
                @Override
                public void attempt() {
                    ran.incrementAndGet();
                }

                @Override
                public void fail(Throwable error) {}

                @Override
                public void cancelTask() {}
            };
            if (second.start(body)) {
                body.attempt();
            }
        }

        @Arbiter
        public void look(III_Result result) {
            result.r1 = ran.get();
            result.r2 = limit.queued();
            result.r3 = limit.active();
        }
    }

    /** A task is issued and ended while another thread reads the counts: it is in no state, or in exactly one. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "in one state")
    @Outcome(expect = FORBIDDEN, desc = "in none, or in two")
    @State
    public static class CountRacesTask {

        private final TaskGroup group = TaskGroup.builder("stress").build();

        @Actor
        public void task() {
            GroupTask.issue(group, TaskOptions.defaults(), () -> null).end(io.reactivetracker.group.Outcome.SUCCEEDED);
        }

        @Actor
        public void look(II_Result result) {
            TaskCounts seen = group.counts();
            result.r1 = (int) seen.issued();
            result.r2 = (int) (seen.pending() + seen.ended());
        }
    }

    /** The answer arrives before the admission has returned. */
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

    /** A task ends while it requests admission: it leaves the queue place that it has not received yet. */
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
     * interesting outcome, a pass of the real task proves nothing.
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
