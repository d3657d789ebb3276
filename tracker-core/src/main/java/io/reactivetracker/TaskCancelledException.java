// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.io.Serial;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Ends a task whose {@link CancellationToken} was cancelled before the task had ended by itself.
 *
 * <p>The message names the task and its tracker or group, as far as the token knows them, and says why: {@code task "ship"
 * #12 of group "orders" was cancelled: java.util.concurrent.TimeoutException: …}. The cause is the {@linkplain
 * CancellationToken#cause() token's}.
 *
 * <p>A cancelled task is a normal event, and its stack would show who cancelled it and not what it did. So this exception
 * has no stack trace of its own; that of its cause is kept.
 */
public final class TaskCancelledException extends CancellationException {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception for a task that nobody can name.
     *
     * @param cause why it was cancelled, or null if nobody said
     */
    public TaskCancelledException(@Nullable Throwable cause) {
        this("an unnamed task", cause);
    }

    private TaskCancelledException(String task, @Nullable Throwable cause) {
        super(task + " was cancelled" + (cause == null ? "" : ": " + describe(cause)));
        if (cause != null) {
            initCause(cause);
        }
    }

    /**
     * Makes the exception for what a cancelled token stands for.
     *
     * @param token the token; its {@linkplain CancellationToken#create(Object) subject} and its cause are looked at now
     * @return an exception that names the task if the token does
     */
    public static TaskCancelledException of(CancellationToken token) {
        Object subject = token.subject();
        return subject == null ? new TaskCancelledException(token.cause()) : of(subject, token.cause());
    }

    /**
     * Makes the exception for a task.
     *
     * @param task how the message calls it, by its {@code toString()}: such as {@code task "ship" #12 of group "orders"}
     * @param cause why it was cancelled, or null if nobody said
     * @return an exception that names the task
     */
    public static TaskCancelledException of(Object task, @Nullable Throwable cause) {
        return new TaskCancelledException(task.toString(), cause);
    }

    /** An exception of the user's may throw when it is asked for its message. */
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
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // it touches nothing
    public Throwable fillInStackTrace() {
        return this;
    }
}
