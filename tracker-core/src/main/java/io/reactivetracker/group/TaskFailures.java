// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.RegistrationSlot;
import io.reactivetracker.internal.Throwables;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The failed attempts of a task: asks its error policy, and schedules the next attempt.
 *
 * <p>Used by one failure after the other; the lock of the task's stripe guards the delay.
 */
final class TaskFailures {

    private final AbstractGroupTask task;
    private final TaskGroup group;

    /** The number of failures that were followed by another attempt. */
    private volatile int retries;

    /** The group's policy for this task; created at its first failure. */
    private @Nullable ErrorPolicy policy;

    private @Nullable Continuation continuation;

    /** The timer's registration of the next attempt, while that waits for its time. */
    private @Nullable Registration delay;

    /** The failure that was followed by another attempt, for the message of a time-out. */
    private volatile @Nullable Throwable lastError;

    TaskFailures(AbstractGroupTask task) {
        this.task = task;
        this.group = task.group();
    }

    int attempt() {
        return retries + 1;
    }

    @Nullable
    Continuation continuation() {
        return continuation;
    }

    /** Returns true if the task goes on. */
    boolean retryOrResume(Throwable error) {
        Decision decision = decide(error);
        if (decision instanceof Decision.Retry retry) {
            return group.tasksCanRetry() && retry(retry, error);
        }
        if (!decision.equals(Decision.fail())) {
            task.detach();
            TaskGroup parent = decision.equals(Decision.cancelParent()) ? group.parent() : null;
            (parent == null ? group : parent).cancel(error);
        }
        return false;
    }

    /** Asks the policy. If the policy itself fails, the task fails with its own error. */
    private Decision decide(Throwable error) {
        try {
            if (policy == null) {
                policy =
                        Objects.requireNonNull(group.policy().forTask(), "forTask() of the error policy returned null");
            }
            return Objects.requireNonNull(
                    policy.onError(new Failure(task, error)), "the error policy returned null, not a decision");
        } catch (Throwable broken) {
            Throwables.suppress(error, broken);
            return Decision.fail();
        }
    }

    /** Schedules the next attempt. Returns false if there were too many. */
    private boolean retry(Decision.Retry decision, Throwable error) {
        int attempts = attempt();
        if (attempts >= group.maxAttempts()) {
            Throwables.suppress(
                    error,
                    new IllegalStateException("task \"" + task.name() + "\" failed " + attempts
                            + " times, as often as group \"" + group.name()
                            + "\" lets it try: have its policy give up, or raise maxAttempts"));
            return false;
        }
        lastError = error;
        retries = attempts;
        continuation = decision.continuation();
        if (!decision.releasesPermit() || task.releasePermit()) {
            schedule(decision, error);
        }
        return true;
    }

    private void schedule(Decision.Retry decision, Throwable error) {
        if (decision.delay().isZero()) {
            execute(error);
            return;
        }
        // One for each attempt: the next failure may come before the timer has returned.
        RegistrationSlot slot = new RegistrationSlot();
        synchronized (task.stripe()) {
            if (task.hasEnded()) {
                return;
            }
            delay = slot;
        }
        try {
            slot.set(Timers.schedule(group.timer(), decision.delay(), () -> executeAfter(slot, error)));
        } catch (Throwable refusal) {
            task.runStep(() -> failBecause(refusal, error));
        }
    }

    private void executeAfter(RegistrationSlot over, Throwable error) {
        synchronized (task.stripe()) {
            if (over.equals(delay)) {
                delay = null;
            }
        }
        execute(error);
    }

    private void execute(Throwable error) {
        task.execute(task::runNextAttempt, refusal -> failBecause(refusal, error));
    }

    private void failBecause(Throwable refusal, Throwable error) {
        Throwables.suppress(error, refusal);
        task.callFail(error);
    }

    /** Returns whether the next attempt waits for its time. The caller holds the lock of the task's stripe. */
    boolean isDelayed() {
        return delay != null;
    }

    @Nullable
    Throwable lastError() {
        return lastError;
    }

    /**
     * Called by the end of the task, which closes what this returns. The caller holds the lock of the task's stripe.
     */
    @Nullable
    Registration takeDelay() {
        Registration taken = delay;
        delay = null;
        return taken;
    }
}
