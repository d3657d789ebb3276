// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.Continuation;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.internal.CurrentTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task of a group as the code that runs it sees it.
 *
 * <p>An adapter {@linkplain #issue issues} the task, and {@linkplain #start starts} it with a {@link TaskBody}, which
 * is called for each attempt once the task is admitted. It passes each error to {@link #retryOrResume}. It {@linkplain
 * #end ends} the task when the downstream was told the outcome, whatever happens: a task that is never ended keeps its
 * group from draining.
 *
 * <pre>
 *                    admitted
 *   issued → QUEUED ──────────→ ACTIVE ──→ succeeded | failed | cancelled
 *              │ ↑                 │
 *              │ └─────────────────┘ gives its permit up, to go on later
 *              └──→ rejected | cancelled
 * </pre>
 *
 * <p>Safe for use by several threads.
 */
public sealed interface GroupTask extends TaskContext permits IssuedTask {

    /**
     * Issues a task, which counts from now on. Its parent is the one that its options name, or else the task whose body
     * this thread runs.
     *
     * @param group what counts the task
     * @param options the task's name, or else it has the group's; a task of a group is always strict
     * @param origin returns, when a report asks, where the task was made; null if that is unknown
     * @return a task that has not started
     * @throws GroupClosedException if the group is closed
     * @throws TaskCancelledException if the group is cancelled
     */
    static GroupTask issue(TaskGroup group, TaskOptions options, Supplier<@Nullable String> origin) {
        return IssuedTask.issue(group, options, null, origin);
    }

    /**
     * Issues a task, as {@link #issue(TaskGroup, TaskOptions, Supplier)} does, whose parent may be known.
     *
     * @param group what counts the task
     * @param options the task's name, or else it has the group's, and its {@linkplain TaskOptions#childOf parent}
     * @param parent the parent of a task whose options name none; or null for the task whose body this thread runs
     * @param origin returns, when a report asks, where the task was made; null if that is unknown
     * @return a task that has not started
     * @throws GroupClosedException if the group is closed
     * @throws TaskCancelledException if the group is cancelled
     */
    static GroupTask issue(
            TaskGroup group, TaskOptions options, @Nullable TaskContext parent, Supplier<@Nullable String> origin) {
        return IssuedTask.issue(group, options, parent, origin);
    }

    /**
     * Returns whether the task was admitted when it was issued, so that {@link #start} does not ask. Call it before
     * {@code start}.
     *
     * @return true if {@code start} returns true unless the task is cancelled
     */
    boolean isAdmitted();

    /**
     * Starts the task: asks for admission, unless the task has it. Call it once.
     *
     * <p>If the task is admitted at once by an admission of this library, the caller runs the first attempt itself.
     * Otherwise the task calls the body: {@link TaskBody#attempt} when it is admitted, in this thread if that is before
     * this returns; or {@link TaskBody#fail} or {@link TaskBody#cancelTask}.
     *
     * @param body what to run
     * @return true if the caller runs the first attempt now; {@link TaskBody#attempt} is not called for it. False, with
     *     no call of the body, if the task has ended
     * @throws IllegalStateException if the task was started before and has not ended
     */
    boolean start(TaskBody body);

    /**
     * Applies the group's error policy to an attempt that failed.
     *
     * <p>If the task goes on, {@link TaskBody#attempt} is called on the group's executor after the delay of the
     * decision, and after a second admission if the task gives its permit up; or {@link TaskBody#fail}, with the same
     * error, if the timer or the executor refuses. If the policy cancels the group or its parent, that is done before
     * this returns.
     *
     * @param error what the attempt failed with
     * @return true if the task goes on; false if the error ends it, and the caller calls {@link #end}
     */
    boolean retryOrResume(Throwable error);

    /**
     * Returns what the attempt runs in place of the task's own body.
     *
     * @return null for the first attempt and for a retry
     */
    @Nullable
    Continuation continuation();

    /**
     * Ends the task: it leaves the queue, is counted by its outcome and gives its permit back; then the group's tracker
     * counts one less.
     *
     * <p>What this sets off, the start of other tasks and the end of waits, runs after all of it, in this thread.
     *
     * @param outcome how it ended; a cancelled task whose time limit was over is counted as timed out
     * @return true if and only if this call ended it
     */
    boolean end(Outcome outcome);

    /**
     * Cancels the upstream of this task. What the cancel does not wait for may hold the task: blocking bodies that it
     * interrupts, and {@linkplain CancelledTask#hold clean-up}. A held task is counted as active after its
     * {@link #end}, until the last of them has ended.
     *
     * @param cancel cancels the upstream, in this thread
     */
    void runCancel(Runnable cancel);

    /**
     * Returns whether the task is cancelled: by itself, with its group, or with a group above. Creates no token.
     *
     * @return true from then on
     */
    boolean isCancelled();

    /**
     * Returns why the task was cancelled.
     *
     * @return the cause, or null if none was given or the task is not cancelled
     */
    @Nullable
    Throwable cancellationCause();

    /**
     * Returns the error that tells a downstream of the cancel.
     *
     * @return the {@code TaskTimeoutException} of a task that was cancelled at the end of its time limit; otherwise a
     *     new exception that names the task, with the cause
     */
    TaskCancelledException cancellation();

    /**
     * Returns the outcome for an error: rejected if it is the rejection of this task, timed out if it is its own
     * {@code TaskTimeoutException}, failed if it is that of another task, cancelled if it is any other
     * {@code CancellationException}, failed otherwise.
     *
     * @param error the task's last signal
     * @return the outcome to end with
     */
    Outcome outcomeOf(Throwable error);

    /**
     * Returns whether the task may go on after an error.
     *
     * @return false if the group's policy is {@linkplain ErrorPolicy#isTerminal() terminal}: then {@link
     *     #retryOrResume} returns false
     */
    boolean canRetry();

    /**
     * Makes this task the current one of this thread: what the thread starts from now on is a child of this task, and a
     * wait for a tracker that this task keeps open is refused.
     *
     * <pre>{@code
     * Object previous = task.makeCurrent();
     * try {
     *     source.subscribe(subscriber);
     * } finally {
     *     GroupTask.restoreCurrent(previous);
     * }
     * }</pre>
     *
     * @return what was current, for {@link #restoreCurrent}; null if nothing was
     */
    default @Nullable Object makeCurrent() {
        return CurrentTask.swap(this);
    }

    /**
     * Returns whether this task is the current one of this thread.
     *
     * @return true if so
     */
    @SuppressWarnings("ReferenceEquality") // a task is itself
    default boolean isCurrent() {
        return CurrentTask.get() == this;
    }

    /**
     * Makes current what was so before {@link #makeCurrent()}.
     *
     * @param previous what {@code makeCurrent} returned
     */
    static void restoreCurrent(@Nullable Object previous) {
        CurrentTask.swap(previous);
    }
}
