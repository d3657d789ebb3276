// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.io.Serial;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Ends a task that the {@link Admission} of its group, or its executor, refused; nothing of it was started. */
public final class TaskRejectedException extends RejectedExecutionException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Which task: the error may reach other tasks, that wait for this one. */
    private final long taskId;

    private TaskRejectedException(TaskContext task, String refuser, String reason, @Nullable Throwable cause) {
        super(
                "task \"" + task.name() + "\" was rejected by the " + refuser + " of group \"" + task.groupName()
                        + "\": " + reason,
                cause);
        this.taskId = task.id();
    }

    static TaskRejectedException byAdmission(TaskContext task, String reason, @Nullable Throwable cause) {
        return new TaskRejectedException(task, "admission", reason, cause);
    }

    static TaskRejectedException byExecutor(TaskContext task, Throwable refusal) {
        return new TaskRejectedException(task, "executor", "it failed with " + refusal, refusal);
    }

    boolean isOf(TaskContext task) {
        return taskId == task.id();
    }
}
