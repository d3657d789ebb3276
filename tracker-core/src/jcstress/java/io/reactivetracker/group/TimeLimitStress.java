// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimeoutException;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.TaskBody;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Races of the end of a time limit with the end of the task, with other cancels, and with looks at the counts. */
public final class TimeLimitStress {

    private TimeLimitStress() {}

    /** A task that runs, and whose limit is over when the test says so. */
    private static final class Limited implements TaskBody {

        private final AtomicInteger cancelled = new AtomicInteger();
        private final AtomicInteger closedAlarms = new AtomicInteger();
        private final AtomicReference<TaskCancelledException> told = new AtomicReference<>();

        private final TaskGroup group = TaskGroup.builder("stress")
                .executor(Runnable::run)
                .timer(new TaskTimer() {
                    @Override
                    public long nanoTime() {
                        return 0;
                    }

                    @Override
                    public Registration schedule(Duration delay, Runnable action) {
                        return closedAlarms::incrementAndGet;
                    }
                })
                .timeout(Duration.ofSeconds(1))
                .build();
        private final GroupTask task = GroupTask.issue(group, TaskOptions.defaults(), () -> null);

        Limited() {
            boolean unused = task.start(this);
        }

        void timeOut() {
            boolean unused = ((AbstractGroupTask) task).timeOut(Runnable::run);
        }

        @Override
        public void attempt() {}

        @Override
        public void fail(Throwable error) {}

        @Override
        public void cancelTask() {
            cancelled.incrementAndGet();
            TaskCancelledException error = task.cancellation();
            told.set(error);
            task.end(task.outcomeOf(error));
        }

        boolean hasTimedOut() {
            return task.cancellationToken().cause() instanceof TaskTimeoutException;
        }
    }

    /** A task ends while its limit is over: it has one outcome, and its alarm is closed once. */
    @JCStressTest
    @Outcome(id = "1, 0, 0, 1", expect = ACCEPTABLE, desc = "ended first")
    @Outcome(id = "1, 0, 1, 1", expect = ACCEPTABLE, desc = "ended first, while it was cancelled")
    @Outcome(id = "0, 1, 1, 1", expect = ACCEPTABLE, desc = "timed out first")
    @Outcome(expect = FORBIDDEN, desc = "no outcome, or two, or an alarm that is left")
    @State
    public static class EndRacesTimeout {

        private final Limited limited = new Limited();

        @Actor
        public void end() {
            limited.task.end(io.reactivetracker.group.Outcome.SUCCEEDED);
        }

        @Actor
        public void timeOut() {
            limited.timeOut();
        }

        @Arbiter
        public void look(IIII_Result result) {
            TaskCounts counts = limited.group.counts();
            result.r1 = (int) counts.succeeded();
            result.r2 = (int) counts.timedOut();
            result.r3 = limited.cancelled.get();
            result.r4 = limited.closedAlarms.get();
        }
    }

    /** A group is cancelled while the limit of a task is over: cause, outcome and error say the same. */
    @JCStressTest
    @Outcome(id = "1, 0, 0, 0", expect = ACCEPTABLE, desc = "cancelled first")
    @Outcome(id = "0, 1, 1, 1", expect = ACCEPTABLE, desc = "timed out first")
    @Outcome(expect = FORBIDDEN, desc = "no outcome, or two, or another cause or error than the outcome")
    @State
    public static class CancelRacesTimeout {

        private final Limited limited = new Limited();

        @Actor
        public void cancel() {
            limited.group.cancel();
        }

        @Actor
        public void timeOut() {
            limited.timeOut();
        }

        @Arbiter
        public void look(IIII_Result result) {
            TaskCounts counts = limited.group.counts();
            result.r1 = (int) counts.cancelled();
            result.r2 = (int) counts.timedOut();
            result.r3 = limited.hasTimedOut() ? 1 : 0;
            result.r4 = limited.told.get() instanceof TaskTimeoutException ? 1 : 0;
        }
    }

    /** A task times out and ends while another thread reads the counts: it is in exactly one state. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "in one state")
    @Outcome(expect = FORBIDDEN, desc = "in none, or in two")
    @State
    public static class CountRacesTimeout {

        private final Limited limited = new Limited();

        @Actor
        public void timeOut() {
            limited.timeOut();
        }

        @Actor
        public void end() {
            limited.task.end(io.reactivetracker.group.Outcome.SUCCEEDED);
        }

        @Actor
        public void look(II_Result result) {
            TaskCounts seen = limited.group.counts();
            result.r1 = (int) seen.issued();
            result.r2 = (int) (seen.pending() + seen.ended());
        }
    }

    /**
     * A task that notes that its limit is over before it is cancelled, and is counted by the note. Wrong on purpose: if
     * a run does not show the interesting outcome, a pass of the real task proves nothing.
     */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "cancelled first")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "timed out first")
    @Outcome(id = "1, 0", expect = ACCEPTABLE_INTERESTING, desc = "timed out by a cancel: found out")
    @Outcome(expect = FORBIDDEN, desc = "not even this one does that")
    @State
    public static class CancelRacesTimeoutControl {

        private static final String CANCEL = "cancel";
        private static final String TIMEOUT = "timeout";

        private final AtomicReference<String> cause = new AtomicReference<>();
        private volatile boolean hasTimedOut;
        private volatile boolean isCountedAsTimedOut;

        private void cancel(String newCause) {
            if (cause.compareAndSet(null, newCause)) {
                isCountedAsTimedOut = hasTimedOut;
            }
        }

        @Actor
        public void cancel() {
            cancel(CANCEL);
        }

        @Actor
        public void timeOut() {
            hasTimedOut = true;
            cancel(TIMEOUT);
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = isCountedAsTimedOut ? 1 : 0;
            result.r2 = TIMEOUT.equals(cause.get()) ? 1 : 0;
        }
    }
}
