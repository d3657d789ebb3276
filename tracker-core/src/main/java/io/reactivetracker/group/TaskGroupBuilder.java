// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimeoutException;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.DefaultExecutor;
import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Builds a {@link TaskGroup}. Not safe for use by several threads. */
public final class TaskGroupBuilder {

    /** Bounds a policy that retries forever. */
    private static final int DEFAULT_MAX_ATTEMPTS = 1_000;

    final String name;
    final @Nullable TaskGroup parent;
    Admission admission;
    ErrorPolicy policy;
    TaskTimer timer;
    Executor executor;
    int maxAttempts;
    long timeoutNanos;

    TaskGroupBuilder(String name) {
        this.name = Preconditions.requireName("group name", name);
        this.parent = null;
        this.admission = Admission.unlimited();
        this.policy = ErrorPolicy.continueOnError();
        this.timer = TaskTimer.system();
        this.executor = DefaultExecutor.get();
        this.maxAttempts = DEFAULT_MAX_ATTEMPTS;
        this.timeoutNanos = TimeLimit.NONE;
    }

    TaskGroupBuilder(String name, TaskGroup parent) {
        this.name = Preconditions.requireName("group name", name);
        this.parent = parent;
        this.admission = parent.admission();
        this.policy = Objects.requireNonNull(
                parent.policy().forChild(), "forChild() of the parent's error policy returned null");
        this.timer = parent.timer();
        this.executor = parent.bodies().executor();
        this.maxAttempts = parent.maxAttempts();
        this.timeoutNanos = parent.timeoutNanos();
    }

    /**
     * Sets the admission of the group.
     *
     * @param newAdmission instead of {@link Admission#unlimited()}, or of the parent's
     * @return this
     */
    public TaskGroupBuilder admission(Admission newAdmission) {
        this.admission = Objects.requireNonNull(newAdmission, "admission must not be null");
        return this;
    }

    /**
     * Sets the policy for errors.
     *
     * @param newPolicy instead of {@link ErrorPolicy#continueOnError()}, or of the parent's {@link
     *     ErrorPolicy#forChild()}
     * @return this
     */
    public TaskGroupBuilder onError(ErrorPolicy newPolicy) {
        this.policy = Objects.requireNonNull(newPolicy, "policy must not be null");
        return this;
    }

    /**
     * Sets the timer of the whole tree.
     *
     * @param newTimer instead of {@link TaskTimer#system()}
     * @return this
     * @throws IllegalStateException if the group has a parent: a tree has one timer, that of its root
     */
    public TaskGroupBuilder timer(TaskTimer newTimer) {
        if (parent != null) {
            throw new IllegalStateException("group \"" + name + "\" is a child and has the clock of its root: give the"
                    + " timer to the builder of the root");
        }
        this.timer = Objects.requireNonNull(newTimer, "timer must not be null");
        return this;
    }

    /**
     * Sets the executor of the bodies that do not run in their caller's thread.
     *
     * <p>A body runs in the caller's thread only if its task is admitted before {@link Admission#admit} returns. Every
     * later grant, every retry and every resumption runs on the executor. If the executor refuses a first attempt, the
     * task is rejected; if it refuses a retry or a resumption, the task fails with its last error. If the executor
     * drops a body silently, the task keeps its permit until it is cancelled.
     *
     * <p>By default a body runs on a virtual thread of its own where the JDK has them, otherwise on a thread of a
     * cached pool, which creates one if none is idle. A direct executor ({@code Runnable::run}) runs bodies in the
     * thread that releases their permit, and retries in the timer's thread: on a flat stack, but a body that blocks
     * delays others. It suits tests.
     *
     * @param newExecutor instead of the default, or of the parent's
     * @return this
     */
    public TaskGroupBuilder executor(Executor newExecutor) {
        this.executor = Objects.requireNonNull(newExecutor, "executor must not be null");
        return this;
    }

    /**
     * Sets the maximum number of attempts of a task, whatever the policy decides; then the task fails with its last
     * error.
     *
     * @param newMaxAttempts instead of 1000, or of the parent's; at least 1
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    public TaskGroupBuilder maxAttempts(int newMaxAttempts) {
        this.maxAttempts = Preconditions.requirePositive("maxAttempts", newMaxAttempts);
        return this;
    }

    /**
     * Limits the time of each task of the group, from its issue to its end: the time in the queue, all attempts and the
     * delays between them. A task that is not over by then is cancelled with a {@link TaskTimeoutException} and counted
     * as {@link Outcome#TIMED_OUT}.
     *
     * <p>The shortest limit applies: this one, that of the {@linkplain TaskOptions#timeout task}, or what is left to
     * its parent task. A child group has the limit of its parent, and can only shorten it. By default there is no
     * limit, and a limit of more than 146 years is none.
     *
     * <p>The time is that of the group's timer. The cancel runs on the group's executor or, if that is busy or refuses,
     * on a thread of the library, and never on the timer's thread. If the timer refuses, the system's timer replaces
     * it. What cannot be stopped is counted until it ends, as after any cancel: the stage of {@code submit}, the body
     * of {@code submitBlocking}, which is interrupted, and the work of a {@link TaskGroup#token token}.
     *
     * @param limit the time limit of each task
     * @return this
     * @throws IllegalArgumentException if the limit is zero or negative
     */
    public TaskGroupBuilder timeout(Duration limit) {
        long nanos = Durations.saturatedNanos(Preconditions.requirePositive("timeout", limit));
        this.timeoutNanos = parent == null ? nanos : Math.min(nanos, parent.timeoutNanos());
        return this;
    }

    /**
     * Creates the group.
     *
     * @return an open, empty group
     * @throws GroupClosedException if its parent is closed
     */
    public TaskGroup build() {
        return new TaskGroup(this).enter(() -> {});
    }
}
