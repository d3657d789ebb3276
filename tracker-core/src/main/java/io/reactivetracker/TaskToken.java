// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.JfrEvents;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A counted task. It is counted from the creation of the token to its {@link #close()}.
 *
 * <pre>{@code
 * try (TaskToken token = tracker.token()) {
 *     ship(order);
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads. Actions of a thread before it closed the token happen-before actions of a waiter
 * after the tracker's {@link DrainSignal}. A tracker never drains if one of its tokens is never closed; a
 * {@link LeakWatch} finds one that nobody can close any more.
 *
 * <p>A subscriber of an adapter may extend this class and so be its own token, which saves an object per subscription.
 * It must call {@code close()} wherever its task can end.
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

    // Set once. The thread whose get-and-set sets it releases the count.
    private volatile boolean closed;

    /**
     * Counts an unnamed task, whether or not the tracker is closed.
     *
     * @param tracker the tracker that counts the task
     * @throws IllegalStateException if the tracker counts its maximum of tasks already
     */
    @SuppressWarnings("this-escape") // a watch refers to the token, and calls nothing of it
    protected TaskToken(TaskTracker tracker) {
        this.tracker = Objects.requireNonNull(tracker, "tracker must not be null");
        this.entry = tracker.entryOf(this, null);
        tracker.countUp();
        enlist();
    }

    /**
     * Counts a task with options.
     *
     * @param tracker the tracker that counts the task
     * @param options the task's name, if any, and whether a closed tracker refuses it
     * @throws IllegalArgumentException if the options have a time limit, which a tracker cannot keep
     * @throws TrackerClosedException if the options are strict and the tracker is closed; nothing is counted then
     * @throws IllegalStateException if the tracker counts its maximum of tasks already
     */
    @SuppressWarnings("this-escape") // the tracker lists the entry, a watch refers to the token; neither calls it
    protected TaskToken(TaskTracker tracker, TaskOptions options) {
        this.tracker = Objects.requireNonNull(tracker, "tracker must not be null");
        // Created before the task is counted: an OutOfMemoryError after that would leave a count behind.
        String name = requireNoTimeout(tracker, options).name();
        this.entry = tracker.entryOf(this, name);
        if (!options.isStrict()) {
            tracker.countUp();
        } else if (!tracker.tryCountUp()) {
            recordRefusal(tracker, name);
            throw new TrackerClosedException(tracker);
        }
        enlist();
    }

    /** A group records the refusal of its task itself. */
    private void recordRefusal(TaskTracker refuser, @Nullable String name) {
        if (!(this instanceof ParentTask)) {
            JfrEvents.taskRefused(refuser.name(), name, 0, JfrEvents.Refusal.CLOSED, null);
        }
    }

    /**
     * Requires options that a tracker can keep.
     *
     * @param tracker the tracker
     * @param options the options of its tasks
     * @return the options
     * @throws IllegalArgumentException if the options have a time limit
     */
    protected static TaskOptions requireNoTimeout(TaskTracker tracker, TaskOptions options) {
        Objects.requireNonNull(options, "options must not be null");
        if (options.timeout() != null) {
            throw new IllegalArgumentException("timeout must not be given, but was " + options.timeout()
                    + ": tracker \""
                    + tracker.name() + "\" cannot cancel its tasks. Use a TaskGroup, which can, or the timeout of your"
                    + " library");
        }
        return options;
    }

    /** Creates a token that is not counted yet. The caller counts it next, and then calls {@link #enlist()}. */
    @SuppressWarnings("this-escape") // a watch refers to the token, and calls nothing of it
    TaskToken(TaskTracker tracker, @Nullable String name) {
        this.tracker = tracker;
        this.entry = tracker.entryOf(this, name);
    }

    /** Lists and watches a task that was counted just now, as its entry says. Releases its count if that fails. */
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
     * Returns the tracker that counts this task.
     *
     * @return the tracker, also after the token was closed
     */
    public final TaskTracker tracker() {
        return tracker;
    }

    /**
     * Returns a description of this task as in {@link TaskTracker#runningTasks()}, also after the token was closed.
     *
     * @return the task as it is now, or null if it has no name
     */
    public @Nullable RunningTask runningTask() {
        return entry == null ? null : tracker.describe(entry);
    }

    /**
     * Ends the task: releases its count, and drains the tracker if the task was the last one and the tracker is closed.
     *
     * <p>Idempotent, from any thread. The first call has the effect; other calls return at once, even while the first
     * one runs. If the call drains the tracker, it runs the waiters in this thread before it returns, except those that
     * another thread, which drains the tracker at the same time, has taken to run. Throws nothing, except a
     * {@code StackOverflowError} if there is no stack left. Some waiters may not have run then, and if the error came
     * before the first step of the release, the count stays.
     */
    @Override
    public void close() {
        release();
    }

    private void release() {
        if ((boolean) CLOSED.getAndSet(this, true)) {
            return;
        }
        // Delisted first, so a drained tracker lists no running task. Counted down even after a StackOverflowError.
        try {
            if (entry != null) {
                entry.hasEnded = true;
                tracker.delist(entry);
                entry.recordEnd(tracker);
            }
        } finally {
            // A token that is being closed is no garbage: a watch that finds a token reads whether it has ended.
            Reference.reachabilityFence(this);
            tracker.countDown();
        }
    }

    /**
     * Returns whether a tracker cannot drain before this task has ended.
     *
     * @param waited a tracker that this task is about to wait for
     * @return true if the task would wait for itself
     */
    protected boolean keepsOpen(TaskTracker waited) {
        return tracker.equals(waited);
    }

    /**
     * Returns whether {@link #close()} was called.
     *
     * @return true once the token is closed
     */
    protected final boolean isClosed() {
        return closed;
    }
}
