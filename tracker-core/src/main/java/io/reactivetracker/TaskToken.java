// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One counted task: it counts from the token's making to its {@link #close()}.
 *
 * <pre>{@code
 * try (TaskToken token = tracker.token()) {
 *     ship(order);
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads. All that a thread did before it closed the token happens-before everything that
 * a waiter does after the tracker's {@link DrainSignal}. A token that is never closed keeps its tracker from draining
 * for ever.
 *
 * <p>An adapter's subscriber extends this class and so is its own token, which spares an object per subscription. Such
 * a class calls {@code close()} wherever its task can end.
 */
public class TaskToken implements AutoCloseable {

    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(TaskToken.class, "closed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final TaskTracker tracker;
    private final RunningTasks.@Nullable Entry entry;

    // Once true, for ever true. Whoever makes it so, of all who race to close, is the one that counts down.
    private volatile boolean closed;

    /**
     * Counts an unnamed task, whether or not the tracker is closed.
     *
     * @param tracker what counts the task
     * @throws IllegalStateException if the tracker counts as many tasks as it can
     */
    protected TaskToken(TaskTracker tracker) {
        this.tracker = Objects.requireNonNull(tracker, "tracker must not be null");
        tracker.countUp();
        this.entry = null;
    }

    /**
     * Counts a task as the options say.
     *
     * @param tracker what counts the task
     * @param options its name, if any, and whether a closed tracker refuses it
     * @throws TrackerClosedException if the options are strict and the tracker is closed; nothing is counted then
     * @throws IllegalStateException if the tracker counts as many tasks as it can
     */
    protected TaskToken(TaskTracker tracker, TaskOptions options) {
        this.tracker = Objects.requireNonNull(tracker, "tracker must not be null");
        String name =
                Objects.requireNonNull(options, "options must not be null").name();
        // Made before the task is counted, so that it cannot fail to be made after.
        this.entry = name == null ? null : new RunningTasks.Entry(name);
        if (!options.isStrict()) {
            tracker.countUp();
        } else if (!tracker.tryCountUp()) {
            throw new TrackerClosedException(tracker);
        }
        enlist();
    }

    /** For a task that is to be counted next, and then to be {@linkplain #enlist() listed}. */
    TaskToken(TaskTracker tracker, RunningTasks.@Nullable Entry entry) {
        this.tracker = tracker;
        this.entry = entry;
    }

    /** Lists a task that was counted just now, if it has a name; one that can't be listed is not counted any more. */
    final void enlist() {
        if (entry != null) {
            try {
                tracker.enlist(entry);
            } catch (Throwable failure) {
                release();
                throw failure;
            }
        }
    }

    /**
     * The tracker that counts this task.
     *
     * @return the tracker, also after the token was closed
     */
    public final TaskTracker tracker() {
        return tracker;
    }

    /**
     * This task as {@link TaskTracker#runningTasks()} lists it.
     *
     * @return the task as it is now, or null if it has no name; still there after the token was closed
     */
    public final @Nullable RunningTask runningTask() {
        return entry == null ? null : tracker.describe(entry);
    }

    /**
     * Ends the task: the tracker counts one less, and is drained if it was the last and the tracker is closed.
     *
     * <p>Idempotent, from any thread: of any number of calls the first has the effect, and the others return at once,
     * even if the first is still at it. Runs the waiters of a drain that it makes, in this thread, before it returns, but
     * for those that another thread, which drains at the same time, has taken to run. Throws nothing, as long as there is
     * stack left to run on: if there is not, it may throw a {@code StackOverflowError} and leave waiters untold.
     */
    @Override
    public void close() {
        release();
    }

    private void release() {
        if ((boolean) CLOSED.getAndSet(this, true)) {
            return;
        }
        // In this order a drained tracker lists no task as running; and it counts one less even if the stack is at its
        // end.
        try {
            if (entry != null) {
                tracker.delist(entry);
            }
        } finally {
            tracker.countDown();
        }
    }

    /**
     * Whether a tracker cannot drain before this task has ended.
     *
     * @param waited the tracker that somebody waits for
     * @return true if this task would wait for itself there
     */
    protected boolean keepsOpen(TaskTracker waited) {
        return tracker.equals(waited);
    }

    /**
     * Whether {@link #close()} was called.
     *
     * @return true if so, for ever
     */
    protected final boolean isClosed() {
        return closed;
    }
}
