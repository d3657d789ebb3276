// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.RegistrationSlot;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimeoutException;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Durations;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The time limit of one task: its deadline, and the alarm that cancels it then. A task without a limit has none.
 *
 * <p>At the deadline the thread of the timer cancels the task's token, which marks it. The actions of the cancel are
 * steps of a {@link CancelWalk}: so no code of the application runs on the timer's thread, and an executor that refuses
 * or never comes to it does not keep a task from ending. The end of the task removes the alarm.
 */
final class TimeLimit {

    /** The nanoseconds of a limit that is none. */
    static final long NONE = Durations.MAX_NANOS;

    private final TaskTimer timer;
    private final long nanos;
    private final long deadline;
    private final boolean isParents;
    private final RegistrationSlot alarm = new RegistrationSlot();

    /** What the task is cancelled with. Set once, and before that. */
    private volatile @Nullable TaskTimeoutException error;

    private TimeLimit(TaskTimer timer, long now, long nanos, boolean isParents) {
        this.timer = timer;
        this.nanos = nanos;
        this.deadline = now + nanos;
        this.isParents = isParents;
    }

    /** Returns the shortest of the limits of the options, the group and the parent, or null if there is none. */
    static @Nullable TimeLimit of(TaskGroup group, TaskOptions options, @Nullable TaskNode parent) {
        Duration own = options.timeout();
        TimeLimit inherited = parent == null ? null : parent.limit();
        long nanos = own == null ? group.timeoutNanos() : Math.min(group.timeoutNanos(), Durations.saturatedNanos(own));
        if (nanos == NONE && inherited == null) {
            return null;
        }
        TaskTimer timer = group.timer();
        long now = timer.nanoTime();
        if (inherited == null) {
            return new TimeLimit(timer, now, nanos, false);
        }
        // On one timer the child has the deadline of its parent to the nanosecond.
        long left = timer.equals(inherited.timer) ? inherited.remainingNanos(now) : inherited.remainingNanos();
        return left < nanos ? new TimeLimit(timer, now, left, true) : new TimeLimit(timer, now, nanos, false);
    }

    /**
     * Sets the alarm, or lets the task time out at once if its parent has. Throws if neither the task's timer nor the
     * system's takes the alarm.
     */
    void start(AbstractGroupTask task) {
        if (nanos == 0) {
            boolean unused = task.timeOut(Runnable::run);
        } else {
            Registration set = Timers.scheduleOrBySystem(timer, duration(), () -> ring(task));
            alarm.set(set);
        }
    }

    private static void ring(AbstractGroupTask task) {
        CancelWalk walk = new CancelWalk(task.group().bodies());
        if (task.timeOut(walk)) {
            walk.start();
        }
    }

    /** Removes the alarm. Throws nothing. */
    void end() {
        alarm.close();
    }

    /** Keeps what the task is about to be cancelled with. Returns the first one: a timer may ring twice. */
    synchronized TaskTimeoutException keep(TaskTimeoutException newError) {
        TaskTimeoutException first = error;
        if (first == null) {
            first = newError;
            error = first;
        }
        return first;
    }

    /** Returns whether an error is the one that the task was cancelled with at its deadline. */
    @SuppressWarnings("ReferenceEquality") // the error of another task may be equal
    boolean isError(@Nullable Throwable candidate) {
        return candidate != null && candidate == error;
    }

    /** Returns the time until the deadline, or zero. */
    Duration remaining() {
        return Duration.ofNanos(remainingNanos());
    }

    private long remainingNanos() {
        return remainingNanos(timer.nanoTime());
    }

    private long remainingNanos(long now) {
        return Math.max(0, deadline - now);
    }

    /** Returns the time from the issue of the task to its deadline. */
    Duration duration() {
        return Duration.ofNanos(nanos);
    }

    /** Returns the limit for a message. */
    @Override
    public String toString() {
        String limit = Durations.inUnits(duration());
        return isParents ? "its parent had " + limit + " left when it was issued" : "its limit is " + limit;
    }
}
