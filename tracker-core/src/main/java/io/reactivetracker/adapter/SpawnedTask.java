// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimeoutException;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.internal.CancelScope;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A spawned task: the last subscriber of its source, and the handle to wait for it or to abort it.
 *
 * <p>An adapter's subscriber extends this, requests all elements in {@code onSubscribe}, and keeps the outcome for
 * those who wait. Its upstream is the adapter's subscriber of {@code cancelWith} for the {@linkplain #abortToken()
 * token} of this task, or the one that runs the task of a group; {@link #cutOffBy} names it.
 *
 * @param <T> the type of the result
 */
public abstract class SpawnedTask<T> {

    private final long id;
    private final String name;
    private final CancellationToken abortToken;

    // Null for a task of a group: the subscriber of the group ends it, after it has sent the last signal here.
    private final @Nullable TaskToken counted;

    // Set before the handle is returned.
    private @Nullable CancellableSignals signals;

    private @Nullable T value;
    private volatile boolean finished;

    // Of a task of a tracker, guarded by this.
    private int holds;
    private boolean hasDelivered;

    /**
     * Creates a task of a tracker.
     *
     * @param token the token of the task, which has a name; closed with the last signal
     */
    protected SpawnedTask(TaskToken token) {
        RunningTask task = Objects.requireNonNull(token.runningTask(), "a spawned task must have a name");
        this.id = task.id();
        this.name = task.name();
        this.abortToken = CancellationToken.create("task \"" + name + "\" #" + id + " of tracker \""
                + token.tracker().name() + "\"");
        this.counted = token;
    }

    /**
     * Creates a task of a group.
     *
     * @param task the issued task, which the group's subscriber ends
     */
    protected SpawnedTask(GroupTask task) {
        this.id = task.id();
        this.name = task.name();
        this.abortToken = task.cancellationToken();
        this.counted = null;
    }

    /**
     * Counts a task and starts it. If the start throws, also an {@code OutOfMemoryError}, the task is not counted any
     * more.
     *
     * @param <S> the type of the handle
     * @param tracker counts the task
     * @param options the options of the task, which have a name
     * @param start creates the handle and subscribes to the source
     * @return what {@code start} returned
     * @throws TrackerClosedException if the options are strict and the tracker is closed
     */
    protected static <S> S spawn(TaskTracker tracker, TaskOptions options, Function<? super TaskToken, S> start) {
        TaskToken token = new TaskToken(tracker, options) {};
        try {
            return start.apply(token);
        } catch (Throwable failure) {
            token.close();
            throw failure;
        }
    }

    /**
     * Issues a task of a group and starts it. If the start throws, also an {@code OutOfMemoryError}, the task has
     * failed.
     *
     * @param <S> the type of the handle
     * @param group counts and admits the task
     * @param options the task's name, or else it has the group's
     * @param start creates the handle and runs the task
     * @return what {@code start} returned
     * @throws GroupClosedException if the group is closed
     */
    protected static <S> S spawn(TaskGroup group, TaskOptions options, Function<? super GroupTask, S> start) {
        GroupTask task = GroupTask.issue(group, options, () -> null);
        try {
            return start.apply(task);
        } catch (Throwable failure) {
            task.end(Outcome.FAILED);
            throw failure;
        }
    }

    /**
     * Names the signals that an abort cuts off. Called before the source is subscribed to.
     *
     * @param upstream the upstream of this task
     */
    protected final void cutOffBy(CancellableSignals upstream) {
        signals = upstream;
    }

    /**
     * Returns the token that aborts the task.
     *
     * @return the token of this task alone
     */
    protected final CancellationToken abortToken() {
        return abortToken;
    }

    /**
     * Tells those who wait that the task has succeeded.
     *
     * @param result its result; null if there is none
     */
    protected abstract void emitResult(@Nullable T result);

    /**
     * Tells those who wait that the task has failed or was aborted.
     *
     * @param error its error
     * @return true if somebody waits
     */
    protected abstract boolean emitError(Throwable error);

    /**
     * Receives the error of a task that nobody waits for.
     *
     * @param error the error
     */
    protected abstract void drop(Throwable error);

    /** Tells those who wait that nothing of the task runs any more. */
    protected abstract void emitEnded();

    /** Ends a task of a group, once it is not counted any more. Called by the subscriber of the group. */
    public final void taskEnded() {
        emitEnded();
    }

    /** Ends a task of a tracker, unless it is held. A task of a group is ended by the subscriber of the group. */
    private void endDelivery() {
        synchronized (this) {
            hasDelivered = true;
            if (holds > 0) {
                return;
            }
        }
        closeAndTell();
    }

    private void closeAndTell() {
        if (counted != null) {
            try {
                counted.close();
            } finally {
                emitEnded();
            }
        }
    }

    private @Nullable Runnable hold() {
        synchronized (this) {
            if (hasDelivered) {
                return null;
            }
            holds++;
        }
        return this::release;
    }

    private void release() {
        synchronized (this) {
            holds--;
            if (holds > 0 || !hasDelivered) {
                return;
            }
        }
        closeAndTell();
    }

    /**
     * Keeps the result.
     *
     * @param element the only element
     */
    public final void onNext(T element) {
        value = element;
    }

    /** Ends the task as succeeded. */
    public final void onComplete() {
        finished = true;
        try {
            emitResult(value);
        } finally {
            endDelivery();
        }
    }

    /**
     * Ends the task. Its error is dropped if nobody waits for it, unless the task was cancelled before its time limit
     * was over.
     *
     * @param error the last signal
     */
    public final void onError(Throwable error) {
        finished = true;
        try {
            if (!emitError(error) && (!abortToken.isCancelled() || error instanceof TaskTimeoutException)) {
                drop(error);
            }
        } finally {
            endDelivery();
        }
    }

    /**
     * Returns the id of the task.
     *
     * @return the id, which no other named task in this virtual machine has
     */
    public final long id() {
        return id;
    }

    /**
     * Returns the name of the task.
     *
     * @return the name; not unique
     */
    public final String name() {
        return name;
    }

    /**
     * Cancels the task, unless it has ended.
     *
     * @return true if and only if this call ended it, so that the cancellation is its outcome
     */
    public final boolean abort() {
        // The token may be cancelled while the last signal is being delivered; then that is the outcome.
        if (finished) {
            return false;
        }
        boolean[] isCancelled = new boolean[1];
        Runnable cancel = () -> isCancelled[0] = abortToken.cancel();
        if (counted == null) {
            cancel.run();
        } else {
            CancelScope.run(this::hold, cancel);
        }
        return isCancelled[0] && signals != null && signals.isCut();
    }

    /**
     * Returns whether the task has ended.
     *
     * @return true from the delivery of the last signal on
     */
    public final boolean isFinished() {
        return finished;
    }

    @Override
    public final String toString() {
        return "TaskHandle[" + name + " #" + id + (finished ? ", finished]" : ", running]");
    }
}
