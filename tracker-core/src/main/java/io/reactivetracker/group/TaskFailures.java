// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.internal.Throwables;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a task keeps of its failed attempts: their number, what its policies have noted, what it goes on with, and the alarm of
 * the next attempt. Asks the policy, and schedules that attempt.
 *
 * <p>Used by one failure after the other, but for the alarm, which the lock of the task's stripe guards.
 */
final class TaskFailures {

    private final AbstractGroupTask task;
    private final TaskGroup group;

    /** Of those that were followed by another attempt. */
    private volatile int number;

    private @Nullable Continuation continuation;
    private @Nullable IdentityHashMap<ErrorPolicy, Object> states;

    /** That of the timer, while the next attempt waits for its time. */
    private @Nullable Registration alarm;

    TaskFailures(AbstractGroupTask task) {
        this.task = task;
        this.group = task.group();
    }

    int attempt() {
        return number + 1;
    }

    @Nullable
    Continuation continuation() {
        return continuation;
    }

    @SuppressWarnings("unchecked") // a policy gets back what it put in
    <S> S state(ErrorPolicy policy, Supplier<? extends S> initial) {
        if (states == null) {
            states = new IdentityHashMap<>();
        }
        return (S)
                states.computeIfAbsent(policy, key -> Objects.requireNonNull(initial.get(), "state must not be null"));
    }

    /** Asks the policy; one that fails itself lets the task fail. */
    Decision decide(Throwable error) {
        try {
            return Objects.requireNonNull(
                    group.policy().onError(new Failure(task, error)), "the error policy returned null, not a decision");
        } catch (Throwable broken) {
            Throwables.suppress(error, broken);
            return Decision.fail();
        }
    }

    /** Schedules the next attempt; false if there were too many. */
    boolean retry(Decision.Retry decision, Throwable error) {
        int made = attempt();
        if (made >= group.maxAttempts()) {
            Throwables.suppress(
                    error,
                    new IllegalStateException("task \"" + task.name() + "\" failed " + made
                            + " times, as often as group \"" + group.name()
                            + "\" lets it try: have its policy give up, or raise maxAttempts"));
            return false;
        }
        number = made;
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
        int scheduled = number;
        try {
            keep(scheduled, Alarms.set(group.timer(), decision.delay(), () -> execute(error)));
        } catch (Throwable refusal) {
            task.runStep(() -> failBecause(refusal, error));
        }
    }

    private void execute(Throwable error) {
        task.execute(task::runNextAttempt, refusal -> failBecause(refusal, error));
    }

    private void failBecause(Throwable refusal, Throwable error) {
        Throwables.suppress(error, refusal);
        task.callFail(error);
    }

    /** Keeps the alarm of an attempt to take it back at the end; one of an attempt that has failed meanwhile is over. */
    private void keep(int scheduled, Registration newAlarm) {
        synchronized (task.stripe()) {
            if (!task.hasEnded()) {
                if (scheduled == number) {
                    alarm = newAlarm;
                }
                return;
            }
        }
        newAlarm.close();
    }

    /** The caller holds the lock of the task's stripe. */
    @Nullable
    Registration takeAlarm() {
        Registration taken = alarm;
        alarm = null;
        return taken;
    }
}
