// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.DefaultExecutor;
import io.reactivetracker.internal.Preconditions;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Says how a {@link TaskGroup} is to be, before it is made. For use by one thread. */
public final class TaskGroupBuilder {

    /** What bounds a policy that would go on for ever. */
    private static final int DEFAULT_MAX_ATTEMPTS = 1_000;

    final String name;
    final @Nullable TaskGroup parent;
    Admission admission;
    ErrorPolicy policy;
    TaskTimer timer;
    Executor executor;
    int maxAttempts;

    TaskGroupBuilder(String name) {
        this.name = Preconditions.requireName("group name", name);
        this.parent = null;
        this.admission = Admission.unlimited();
        this.policy = ErrorPolicy.continueOnError();
        this.timer = TaskTimer.system();
        this.executor = DefaultExecutor.get();
        this.maxAttempts = DEFAULT_MAX_ATTEMPTS;
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
    }

    /**
     * The gate in front of the group.
     *
     * @param newAdmission instead of {@link Admission#unlimited()}, or of the parent's
     * @return this
     */
    public TaskGroupBuilder admission(Admission newAdmission) {
        this.admission = Objects.requireNonNull(newAdmission, "admission must not be null");
        return this;
    }

    /**
     * The rule for errors.
     *
     * @param newPolicy instead of {@link ErrorPolicy#continueOnError()}, or of the {@link ErrorPolicy#forChild()} of
     *     the parent's
     * @return this
     */
    public TaskGroupBuilder onError(ErrorPolicy newPolicy) {
        this.policy = Objects.requireNonNull(newPolicy, "policy must not be null");
        return this;
    }

    /**
     * The clock of the whole tree.
     *
     * @param newTimer instead of {@link TaskTimer#system()}
     * @return this
     * @throws IllegalStateException if the group is to be a child: a tree has one clock, that of its root
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
     * The executor of the bodies that do not run in their caller's thread.
     *
     * <p>A body runs in the caller's thread only if its task is admitted before {@link Admission#admit} returns. Every
     * later grant, every retry and every resumption runs on the executor. If the executor refuses a first attempt, the
     * task is rejected; if it refuses a retry or a resumption, the task fails with the error that it was to recover
     * from. One that drops a body silently keeps that task's permit until the task is cancelled.
     *
     * <p>By default a body runs on a virtual thread of its own where the JDK has them, otherwise on a thread of a
     * cached pool, which creates one for each body that finds none idle. A direct executor ({@code Runnable::run}) runs
     * bodies in the thread that makes room for them, and retries in the timer's: on a flat stack, but one that blocks
     * keeps the others waiting. It suits tests.
     *
     * @param newExecutor instead of the default, or of the parent's
     * @return this
     */
    public TaskGroupBuilder executor(Executor newExecutor) {
        this.executor = Objects.requireNonNull(newExecutor, "executor must not be null");
        return this;
    }

    /**
     * How many attempts a task has at most, whatever the policy says; then it fails with its last error.
     *
     * @param most instead of 1000, or of the parent's; at least 1
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    public TaskGroupBuilder maxAttempts(int most) {
        this.maxAttempts = Preconditions.requirePositive("maxAttempts", most);
        return this;
    }

    /**
     * Makes the group.
     *
     * @return an open, empty group
     * @throws GroupClosedException if it is to be a child, and its parent is closed
     */
    public TaskGroup build() {
        return new TaskGroup(this).enter(() -> {});
    }
}
