// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimeoutException;
import io.reactivetracker.internal.Throwables;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task that is cancelled with its group, and once.
 *
 * <pre>
 *   phase, by compare-and-set but for ENDED
 *     NEW → STARTED                {@link #tryStart}
 *     NEW, STARTED → CANCELLED     {@link #cancel}, called by the cancel of the group for each of its tasks,
 *                                  and by that of the task's own token, which the end of its time limit cancels, too
 *     NEW, STARTED → DETACHED      {@link #detach}: the task has failed, and its failure cancels the group
 *     any but CANCELLED → ENDED    {@link #endPhase}, under the lock of the stripe
 * </pre>
 *
 * <p>The call that makes the transition from STARTED to CANCELLED calls {@link #cancelTask}.
 *
 * <p>No cancel is missed. A task is on its stripe before it starts. A group is marked as cancelled before its tasks are
 * walked, and a task reads the mark after its phase is STARTED. So either the walk finds the phase STARTED, or the task
 * sees the mark. What a subclass writes before {@code tryStart} is visible to {@code cancelTask} and wherever {@link
 * #isStarted()} has returned true.
 *
 * <p>A time-out is a cancel of the token whose cause is the error in the {@link TimeLimit}. A token is cancelled once,
 * so of a time-out and another cancel one is the cause, and the outcome of a cancelled task is read from it.
 */
abstract class CancellableTask extends TaskNode {

    // NEW is the default of the field, so that a new task does not write it. A byte fits into a gap of the object.
    private static final byte NEW = 0;
    private static final byte STARTED = 1;
    private static final byte CANCELLED = 2;
    private static final byte DETACHED = 3;
    private static final byte ENDED = 4;

    private static final VarHandle PHASE;

    static {
        try {
            PHASE = MethodHandles.lookup().findVarHandle(CancellableTask.class, "phase", byte.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile byte phase;

    /** A child of the group's token; created when it is first requested. */
    private volatile @Nullable CancellationToken token;

    CancellableTask(
            TaskGroup group,
            TaskOptions options,
            @Nullable TaskContext parent,
            Supplier<@Nullable String> origin,
            boolean isActive) {
        super(group, options, parent, origin, isActive);
    }

    /** Ends the task because it was cancelled: stops what runs, and tells the downstream. */
    protected abstract void cancelTask();

    /**
     * Starts the task. Returns false if it was cancelled, or has ended: then it does not run.
     *
     * @throws IllegalStateException if it was started before and has not ended
     */
    final boolean tryStart() {
        if (PHASE.compareAndSet(this, NEW, STARTED)) {
            if (!group().cancellationToken().isCancelled()) {
                return true;
            }
            cancel();
            return false;
        }
        byte before = phase;
        if (before == STARTED) {
            throw startedBefore();
        }
        if (before == CANCELLED) {
            cancelTask();
        }
        return false;
    }

    /**
     * Creates the error of a second start.
     *
     * @return an exception that names the task
     */
    protected final IllegalStateException startedBefore() {
        return new IllegalStateException(this + " was started before: a task is started once");
    }

    /**
     * Returns whether the task was started, and is neither cancelled, detached nor ended.
     *
     * @return true if so
     */
    protected final boolean isStarted() {
        return phase == STARTED;
    }

    /** Has no effect on a task that is cancelled, detached or ended. What {@link #cancelTask} throws is reported. */
    @Override
    final void cancel() {
        byte now = phase;
        while (now < CANCELLED) {
            byte seen = (byte) PHASE.compareAndExchange(this, now, CANCELLED);
            if (seen == now) {
                if (now == STARTED) {
                    callCancelTask();
                }
                return;
            }
            now = seen;
        }
    }

    private void callCancelTask() {
        try {
            cancelTask();
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
        }
    }

    /** Keeps a task that has failed from being cancelled by its own failure. */
    final void detach() {
        byte now = phase;
        if (now < CANCELLED) {
            boolean unused = PHASE.compareAndSet(this, now, DETACHED);
        }
        CancellationToken created = token;
        if (created != null) {
            created.close(this);
        }
    }

    /** The caller holds the lock of the stripe. */
    final void endPhase() {
        if (phase != CANCELLED) {
            PHASE.setRelease(this, ENDED);
        }
    }

    final void endToken() {
        CancellationToken created = token;
        if (created != null) {
            created.end(this);
        }
    }

    /**
     * Returns whether the task is cancelled: by itself, with its group, or with a group above. Creates no token.
     *
     * @return true from then on
     */
    protected boolean isCancelled() {
        byte now = phase;
        if (now == CANCELLED) {
            return true;
        }
        CancellationToken created = token;
        return created == null ? now < CANCELLED && group().cancellationToken().isCancelled() : created.isCancelled();
    }

    /**
     * Returns why the task was cancelled.
     *
     * @return the cause, or null if none was given or the task is not cancelled
     */
    protected @Nullable Throwable cancellationCause() {
        if (!isCancelled()) {
            return null;
        }
        CancellationToken created = token;
        return created == null ? group().cancellationToken().cause() : created.cause();
    }

    /**
     * Returns the error that tells a downstream of the cancel.
     *
     * @return the {@link TaskTimeoutException} of a task that was cancelled at the end of its time limit; otherwise a
     *     new exception that names the task, with the cause
     */
    protected TaskCancelledException cancellation() {
        Throwable cause = cancellationCause();
        return cause instanceof TaskTimeoutException timeout && isOwnTimeout(timeout)
                ? timeout
                : TaskCancelledException.of(this, cause);
    }

    /** Returns whether an error is the one that this task was cancelled with at the end of its time limit. */
    final boolean isOwnTimeout(@Nullable Throwable error) {
        TimeLimit limit = limit();
        return limit != null && limit.isError(error);
    }

    /** Returns {@code TIMED_OUT} for a task that was cancelled at the end of its time limit, else {@code CANCELLED}. */
    final Outcome outcomeOfCancel() {
        return limit() != null && isOwnTimeout(cancellationCause()) ? Outcome.TIMED_OUT : Outcome.CANCELLED;
    }

    /**
     * Cancels the token because the time limit is over, unless the task has ended or failed. The executor gets the
     * actions of the token.
     *
     * @return true if this call cancelled the token
     */
    final boolean timeOut(TaskTimeoutException error, Executor executor) {
        return phase < DETACHED && cancellationToken().cancel(error, executor);
    }

    @Override
    public final CancellationToken cancellationToken() {
        CancellationToken created = token;
        return created == null ? createToken() : created;
    }

    private CancellationToken createToken() {
        CancellationToken child = group().cancellationToken().child(this);
        CancellationToken kept;
        synchronized (stripe()) {
            kept = token;
            if (kept == null) {
                kept = phase > CANCELLED ? CancellationToken.create(this) : child;
                token = kept;
            }
        }
        if (!kept.equals(child)) {
            child.end(this);
            return kept;
        }
        // If the group is cancelled, its walk reaches this task, and this thread need not run the cancel.
        if (!group().cancellationToken().isCancelled()) {
            Registration unused = kept.onCancel(this::cancel);
        }
        return kept;
    }
}
