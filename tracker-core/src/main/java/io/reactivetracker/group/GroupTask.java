// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.TaskCancelledException;
import org.jspecify.annotations.Nullable;

/**
 * One task of a group, from issued to ended, as the code that runs it sees it: an adapter, or {@link TaskGroup#submit}.
 *
 * <p>{@link TaskGroup#issue} makes it. Then its runner {@linkplain #start starts} it with a {@link TaskBody}, which is called
 * for each attempt once the task is admitted; gives each error to {@link #retryOrResume}; and {@linkplain #end ends} the task
 * when the downstream was told the outcome. It ends it whatever happens: a task that is never ended keeps its group from
 * draining.
 *
 * <pre>
 *                    admitted
 *   issued → QUEUED ──────────→ ACTIVE ──→ succeeded | failed | cancelled
 *              │ ↑                 │
 *              │ └─────────────────┘ gives its permit up, to go on later
 *              └──→ rejected | cancelled
 * </pre>
 */
public sealed interface GroupTask extends TaskContext permits IssuedTask {

    /**
     * Whether the task was admitted when it was issued, so that {@link #start} asks for nothing. To be called before that.
     *
     * @return true if {@code start} returns true unless the task is cancelled
     */
    boolean isAdmitted();

    /**
     * Asks for admission; to be called once.
     *
     * <p>If the task is admitted at once by an admission of this library, the caller runs the first attempt itself. Otherwise the
     * body is called: with {@link TaskBody#attempt} when the task is admitted, in this thread if that is before this returns;
     * or with {@link TaskBody#fail} or {@link TaskBody#cancelTask}.
     *
     * @param body what to run
     * @return true if the caller is to run the first attempt now; {@link TaskBody#attempt} is not called for it. False, with no
     *     call of the body, if the task has ended
     * @throws IllegalStateException if the task was started before and has not ended
     */
    boolean start(TaskBody body);

    /**
     * Applies the group's error policy to an attempt that failed.
     *
     * <p>If the task goes on, {@link TaskBody#attempt} is called on the group's executor after the delay of the decision, and
     * once it is admitted again if it gives its permit up; or {@link TaskBody#fail}, with the same error, if the timer or the
     * executor refuses that. If the policy cancels the group or its parent, that is done before this returns.
     *
     * @param error what the attempt has failed with
     * @return true if the task goes on; false if the error is its end, which is the caller's to make
     */
    boolean retryOrResume(Throwable error);

    /**
     * What the attempt is to run in place of the task's own body.
     *
     * @return null at first, and where the same is tried again
     */
    @Nullable
    Continuation continuation();

    /**
     * Ends the task: it leaves the queue, its permit is given back, it is counted by its outcome, and then the tracker
     * counts one less.
     *
     * <p>What that sets off, the start of other tasks and the end of waits, comes after all of it, in this thread.
     *
     * @param outcome how it ended
     * @return true if and only if this call ended it
     */
    boolean end(Outcome outcome);

    /**
     * Whether the task is cancelled: by itself, with its group, or with a group above. Makes no token.
     *
     * @return true from then on
     */
    boolean isCancelled();

    /**
     * Why the task was cancelled.
     *
     * @return the cause, or null if none was given or the task is not cancelled
     */
    @Nullable
    Throwable cancellationCause();

    /**
     * Makes the error that tells a downstream of the cancel.
     *
     * @return an exception that names the task, with the cause
     */
    default TaskCancelledException cancellation() {
        return TaskCancelledException.of(this, cancellationCause());
    }

    /**
     * The end that an error is: rejected if it says so of this task, cancelled if it is a {@code CancellationException},
     * failed otherwise.
     *
     * @param error the task's last signal
     * @return the outcome to end with
     */
    Outcome outcomeOf(Throwable error);

    /**
     * Whether the task may go on after an error: false if the group's policy is {@linkplain ErrorPolicy#isTerminal() final}.
     *
     * @return whether {@link #retryOrResume} may return true
     */
    boolean canRetry();
}
