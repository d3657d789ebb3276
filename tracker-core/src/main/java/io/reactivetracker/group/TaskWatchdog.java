// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.RegistrationSlot;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.LogText;
import io.reactivetracker.internal.Preconditions;
import io.reactivetracker.internal.Throwables;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reports each task of a group that is older than a bound, once, while it still runs or waits.
 *
 * <pre>{@code
 * TaskWatchdog watchdog = TaskWatchdog.start(orders, Duration.ofSeconds(30));
 * }</pre>
 *
 * <p>It watches the group and all groups below it, including later ones, until it is closed or the group is drained. It
 * cancels nothing. A report says where the task stands, as far as that is known without a cost for tasks that are not
 * overdue: the stack of the thread that runs a blocking body, or the operators of a Reactor pipeline that have not
 * ended.
 *
 * <p>The watchdog looks at the tasks when the oldest one that it has not reported reaches the bound, and at most ten
 * times within the bound or once a second, whichever is more often. So a task is reported when it reaches the bound, or
 * at most a tenth of the bound, or a second, later. A look reads the oldest tasks only. It reports at most {@value
 * #MAX_REPORTS} tasks, oldest first; others are reported by the looks after it. The watchdog remembers the ids of
 * reported tasks that have not ended.
 *
 * <p>The listener is called on a thread of the library, never on that of the group's timer, for one task after the
 * other. What it throws reaches the uncaught-exception handler of that thread, and the other tasks are reported. A
 * listener that blocks delays the reports of this watchdog and nothing else.
 *
 * <p>Ages are measured by the group's timer. If that refuses, the system's timer replaces it. Safe for use by several
 * threads.
 */
public final class TaskWatchdog implements Registration {

    /** The maximum number of tasks that one look reports. */
    static final int MAX_REPORTS = 100;

    private static final Logger LOG = System.getLogger("io.reactivetracker.watchdog");
    private static final long MAX_PAUSE_NANOS = 1_000_000_000;

    private final TaskGroup group;
    private final TaskTimer timer;
    private final long maxAge;
    private final Consumer<? super OverdueTask> listener;
    private final RegistrationSlot alarm = new RegistrationSlot();
    private final RegistrationSlot drain = new RegistrationSlot();

    /** The reported tasks that had not ended at the last look. Used by one look after the other. */
    private Set<Long> reported = Set.of();

    private volatile boolean isClosed;

    private TaskWatchdog(TaskGroup group, Duration maxAge, Consumer<? super OverdueTask> listener) {
        this.group = group;
        this.timer = group.timer();
        this.maxAge = Math.max(1, Durations.saturatedNanos(maxAge));
        this.listener = listener;
    }

    /**
     * Starts a watchdog that logs a line for each task, at {@code WARNING}, by the {@link Logger} {@code
     * io.reactivetracker.watchdog}.
     *
     * @param group the group to watch, with all groups below it
     * @param maxAge the age from which a task is reported, since it was issued
     * @return a handle that stops the watchdog
     * @throws IllegalArgumentException if {@code maxAge} is not positive
     */
    public static TaskWatchdog start(TaskGroup group, Duration maxAge) {
        return start(group, maxAge, TaskWatchdog::log);
    }

    /**
     * Starts a watchdog.
     *
     * @param group the group to watch, with all groups below it
     * @param maxAge the age from which a task is reported, since it was issued
     * @param listener called once for each task
     * @return a handle that stops the watchdog
     * @throws IllegalArgumentException if {@code maxAge} is not positive
     */
    public static TaskWatchdog start(TaskGroup group, Duration maxAge, Consumer<? super OverdueTask> listener) {
        Objects.requireNonNull(group, "group must not be null");
        Preconditions.requirePositive("maxAge", maxAge);
        Objects.requireNonNull(listener, "listener must not be null");
        TaskWatchdog watchdog = new TaskWatchdog(group, maxAge, listener);
        watchdog.drain.set(group.drained().onDone(watchdog::close));
        // By a look, since tasks may be overdue already.
        watchdog.startLook();
        return watchdog;
    }

    /** Names come from applications and must not forge a line. */
    private static void log(OverdueTask task) {
        LOG.log(Level.WARNING, "overdue: " + LogText.escape(task.toString()));
    }

    /** Stops the watchdog. A call of the listener that has begun goes on. */
    @Override
    public void close() {
        isClosed = true;
        alarm.close();
        drain.close();
    }

    /** On a thread of ours, whatever thread the group's timer has: a look calls code of others, which may block. */
    private void startLook() {
        try {
            Registration unused = TaskTimer.system().schedule(Duration.ZERO, this::look);
        } catch (Throwable noThread) {
            Throwables.reportUncaught(noThread);
            schedule(timer, maxAge);
        }
    }

    private void look() {
        if (isClosed) {
            return;
        }
        long next;
        try {
            next = report();
        } catch (Throwable broken) {
            // For example the group's clock.
            Throwables.reportUncaught(broken);
            schedule(TaskTimer.system(), maxAge);
            return;
        }
        scheduleAt(next);
    }

    /** Reports tasks. Returns the time of the next look. */
    private long report() {
        long now = timer.nanoTime();
        Look look = new Look(now);
        group.forEachGroup(each -> each.state().stripes().forEach(look::read));
        look.overdue.sort(TaskNode.OLDEST_FIRST);
        List<TaskNode> first = look.overdue.subList(0, Math.min(look.overdue.size(), MAX_REPORTS));
        first.forEach(task -> look.seen.add(task.id()));
        reported = look.seen;
        for (TaskNode task : first) {
            if (isClosed) {
                break;
            }
            report(task);
        }
        long next = look.oldest == null ? now + maxAge : look.oldest.issuedAt() + maxAge;
        long pause = Math.min(Math.max(1, maxAge / 10), MAX_PAUSE_NANOS);
        return look.overdue.size() == first.size() && next - now > pause ? next : now + pause;
    }

    private void report(TaskNode task) {
        try {
            OverdueTask overdue = describe(task);
            if (!task.isOver()) {
                task.group().state().countOverdue();
                listener.accept(overdue);
            }
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
        }
    }

    private static OverdueTask describe(TaskNode task) {
        boolean isQueued = !task.isActive();
        return new OverdueTask(
                task.groupName(),
                task.id(),
                task.name(),
                task.group().clock().age(task),
                isQueued,
                task.safeOrigin(),
                isQueued ? null : TaskNode.textOrFailure(task::operators),
                isQueued ? List.of() : task.stack());
    }

    private void scheduleAt(long next) {
        long delay;
        try {
            delay = next - timer.nanoTime();
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
            schedule(TaskTimer.system(), maxAge);
            return;
        }
        schedule(timer, Math.max(0, delay));
    }

    private void schedule(TaskTimer by, long delay) {
        Registration scheduled;
        try {
            scheduled = Timers.schedule(by, Duration.ofNanos(delay), this::startLook);
        } catch (Throwable refused) {
            Throwables.reportUncaught(refused);
            if (!by.equals(TaskTimer.system())) {
                schedule(TaskTimer.system(), delay);
            }
            return;
        }
        alarm.set(scheduled);
    }

    /** What one look has found. */
    private final class Look {

        private final long now;

        /** Those that are not reported yet: of each stripe the first ones, and one more than are reported. */
        private final List<TaskNode> overdue = new ArrayList<>();

        /** The ids of those that are reported. */
        private final Set<Long> seen = new HashSet<>();

        /** The oldest of those that are not overdue. */
        private @Nullable TaskNode oldest;

        private int ofStripe;

        Look(long now) {
            this.now = now;
        }

        /** Called under the lock of the stripe. */
        void read(TaskStripe stripe) {
            ofStripe = 0;
            stripe.forOldest(this::isOverdue);
        }

        private boolean isOverdue(TaskNode task) {
            if (now - task.issuedAt() < maxAge) {
                if (oldest == null || task.issuedAt() - oldest.issuedAt() < 0) {
                    oldest = task;
                }
                return false;
            }
            if (reported.contains(task.id())) {
                seen.add(task.id());
            } else if (ofStripe <= MAX_REPORTS) {
                ofStripe++;
                overdue.add(task);
            }
            return true;
        }
    }

    /**
     * Returns the group and the bound.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        return "TaskWatchdog[group \"" + group.name() + "\", from " + Durations.inSeconds(Duration.ofNanos(maxAge))
                + (isClosed ? ", closed]" : "]");
    }
}
