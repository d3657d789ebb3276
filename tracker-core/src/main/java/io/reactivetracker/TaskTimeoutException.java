// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.Durations;
import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a task of a group whose time limit was over before the task ended.
 *
 * <p>The message names the task and its group, its age, its limit and what it was doing: {@code task "ship" #12 of
 * group "orders" timed out after 4.0 s, while it was running: its limit is 4.0 s …}. If the task was being retried, the
 * {@linkplain #getCause() cause} is the failure of its last attempt.
 *
 * <p>It is a cancel: the task is not retried, and code that expects a {@link TaskCancelledException} gets one. Only a
 * task's own time-out is one, though. A task that ends with the time-out of another task, which it waited for, has
 * failed like with any other error, so its error policy may retry it. In
 * <a href="https://github.com/Kotlin/kotlinx.coroutines/issues/1374">Kotlin's coroutines</a> such a time-out cancels
 * the waiting coroutine silently.
 *
 * <p>It has no stack trace of its own, since that would show a timer and not the task.
 */
public final class TaskTimeoutException extends TaskCancelledException {

    @Serial
    private static final long serialVersionUID = 1L;

    private TaskTimeoutException(String message, @Nullable Throwable lastFailure) {
        super(lastFailure, message);
    }

    /**
     * Creates an exception for a task.
     *
     * @param task describes the task by its {@code toString()}, such as {@code task "ship" #12 of group "orders"}
     * @param age the time since the task was issued
     * @param activity what the task was doing, what its limit is, and what to do about it
     * @param lastFailure the failure of its last attempt, or null if none has failed
     * @return an exception that names the task
     */
    public static TaskTimeoutException of(Object task, Duration age, String activity, @Nullable Throwable lastFailure) {
        return new TaskTimeoutException(
                task + " timed out after " + Durations.inUnits(age) + ", " + activity, lastFailure);
    }
}
