// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.CancelScope;
import io.reactivetracker.internal.Throwables;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The signals of one subscription that a tracker counts. This object is the token, so an adapter's subscriber, which
 * extends it, is the only object that a tracked subscription adds.
 *
 * <p>The subscription is counted from the construction of this object, before the upstream is subscribed to, until the
 * first of these:
 *
 * <ul>
 *   <li>a terminal signal was delivered downstream: deliver it within {@code try (this)} if {@link #end()} returns
 *       true;
 *   <li>the cancel of the upstream returned, see {@link #cancelOnce()};
 *   <li>one side threw, which is a cancel by rule 2.13 of Reactive Streams, see {@link #cancelAfterErrors}.
 * </ul>
 *
 * <p>A cancel while a terminal signal is delivered leaves the release to that delivery. The token is closed once and
 * the upstream is cancelled at most once, whichever threads race.
 *
 * <p>Such a subscriber must be neither fused nor conditional. A consumer that polls a fused queue runs the operators
 * upstream of the queue after the completion, and may drop the queue without a cancel, so a subscriber between them
 * cannot tell when the work is over. Elements pass without a check of what came before: the downstream decides about
 * one that comes after the end.
 */
public abstract class TaskSignals extends TaskToken {

    private static final VarHandle CANCELLED;

    static {
        try {
            CANCELLED = MethodHandles.lookup().findVarHandle(TaskSignals.class, "cancelled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Plain: a cancel that races with the last signal and does not see it counts as the first of the two.
    private boolean done;

    // Set once. The thread whose getAndSet flips it cancels the upstream.
    private volatile boolean cancelled;

    /**
     * Counts a subscription as a task.
     *
     * @param tracker the tracker that counts it
     * @param options the task's name, if any, and whether a closed tracker refuses it
     * @throws IllegalStateException if the tracker refuses the task; nothing is counted then
     */
    protected TaskSignals(TaskTracker tracker, TaskOptions options) {
        super(tracker, options);
    }

    /**
     * Requires options that a tracker can keep. Called when a pipeline is assembled, so that its author is told.
     *
     * @param tracker the tracker
     * @param options the options of its tasks
     * @return the options
     * @throws IllegalArgumentException if the options have a time limit, which only a group can keep
     */
    public static TaskOptions requireOptionsFor(TaskTracker tracker, TaskOptions options) {
        return requireNoTimeout(tracker, options);
    }

    /** Cancels the upstream, if it is known by now. Called at most once. */
    protected abstract void cancelUpstream();

    /**
     * Ends the signals; called for each terminal signal of the upstream.
     *
     * @return true if this is the first one, which the caller delivers within {@code try (this)}
     */
    protected final boolean end() {
        boolean isFirst = !done;
        done = true;
        return isFirst;
    }

    /**
     * Returns whether the upstream has given a terminal signal.
     *
     * @return true after the first call of {@link #end()}
     */
    protected final boolean hasEnded() {
        return done;
    }

    /**
     * Returns whether the upstream was cancelled, or is being cancelled.
     *
     * @return true once it is
     */
    protected final boolean isCancelled() {
        return cancelled;
    }

    /**
     * Keeps the upstream from being cancelled from now on.
     *
     * @return true if no other call has done so, and the caller may cancel it
     */
    protected final boolean claimCancel() {
        return !cancelled && !(boolean) CANCELLED.getAndSet(this, true);
    }

    /** Cancels the upstream, unless that was done before, and closes the token once the cancel has returned. */
    protected final void cancelOnce() {
        if (!claimCancel()) {
            return;
        }
        try {
            CancelScope.run(this::hold, this::cancelUpstream);
        } finally {
            // While the last signal is delivered, the task runs until the delivery returns.
            if (!done) {
                close();
            }
        }
    }

    /** Counts what the cancel does not wait for as a task of the same name. */
    private @Nullable Runnable hold() {
        RunningTask task = runningTask();
        TaskToken held = task == null ? tracker().token() : tracker().token(task.name());
        return held::close;
    }

    /**
     * Cancels the upstream because one side has thrown, as {@link #cancelOnce()} does: while a thread delivers the last
     * signal, or cancels, that thread closes the token.
     *
     * @param failure what was thrown; what the cancel throws is added to it
     */
    protected final void cancelAfterErrors(Throwable failure) {
        // Without a lambda, which can't be linked where the stack is full.
        try {
            cancelOnce();
        } catch (Throwable another) {
            Throwables.suppress(failure, another);
        }
    }
}
