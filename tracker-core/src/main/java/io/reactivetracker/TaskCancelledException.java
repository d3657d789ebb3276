// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.io.Serial;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a task whose {@link CancellationToken} was cancelled before the task ended.
 *
 * <p>The message names the task and its tracker or group, if the token knows them, and the cause: {@code task "ship"
 * #12 of group "orders" was cancelled: java.util.concurrent.TimeoutException: …}. The {@linkplain #getCause() cause} is
 * the {@linkplain CancellationToken#cause() token's}.
 *
 * <p>A task whose time limit is over gets a {@link TaskTimeoutException}.
 *
 * <p>A cancelled task is a normal event, and its stack trace would show the canceller and not the task. So this
 * exception has no stack trace of its own; its cause has.
 */
public sealed class TaskCancelledException extends CancellationException permits TaskTimeoutException {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception for an unnamed task.
     *
     * @param cause why the task was cancelled, or null if no cause was given
     */
    public TaskCancelledException(@Nullable Throwable cause) {
        this("an unnamed task", cause);
    }

    /** Creates the exception of a subclass, with a message of its own. */
    TaskCancelledException(@Nullable Throwable cause, String message) {
        super(message);
        if (cause != null) {
            initCause(cause);
        }
    }

    private TaskCancelledException(String task, @Nullable Throwable cause) {
        super(task + " was cancelled" + (cause == null ? "" : ": " + describe(cause)));
        if (cause != null) {
            initCause(cause);
        }
    }

    /**
     * Creates an exception for the subject of a cancelled token.
     *
     * @param token the token, whose {@linkplain CancellationToken#create(Object) subject} and cause are read now
     * @return an exception that names the subject, if the token has one
     */
    public static TaskCancelledException of(CancellationToken token) {
        Object subject = token.subject();
        return subject == null ? new TaskCancelledException(token.cause()) : of(subject, token.cause());
    }

    /**
     * Creates an exception for a task.
     *
     * @param task describes the task by its {@code toString()}, such as {@code task "ship" #12 of group "orders"}
     * @param cause why the task was cancelled, or null if no cause was given
     * @return an exception that names the task
     */
    public static TaskCancelledException of(Object task, @Nullable Throwable cause) {
        return new TaskCancelledException(task.toString(), cause);
    }

    /** The {@code toString()} of a user's exception may throw. */
    private static String describe(Throwable cause) {
        try {
            return cause.toString();
        } catch (RuntimeException unreadable) {
            return cause.getClass().getName();
        }
    }

    /**
     * Does nothing: this exception has no stack trace.
     *
     * @return this
     */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // accesses no state
    public Throwable fillInStackTrace() {
        return this;
    }
}
