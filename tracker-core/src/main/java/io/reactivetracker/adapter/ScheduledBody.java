// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Calls a blocking body under the hook that a reactive library applies to the tasks of its schedulers. Such a hook
 * restores thread-locals, for example.
 *
 * <p>Pass it to {@code submitBlocking} of a tracker or group. Its calls must come one after the other, as the attempts
 * of a task do. What the body throws after a cancel goes to the library's handler of dropped errors.
 *
 * @param <T> the type of the result
 */
public final class ScheduledBody<T> implements Callable<@Nullable T>, Thread.UncaughtExceptionHandler {

    private final Callable<? extends @Nullable T> body;
    private final Runnable hooked;
    private final Consumer<? super Throwable> drop;

    // Of the last call.
    private @Nullable T value;
    private @Nullable Throwable failure;

    /**
     * Creates a body. The hook captures its state in this thread.
     *
     * @param body the code
     * @param onSchedule the library's hook, for example {@code Schedulers::onSchedule}
     * @param drop receives the failure of a body that was cancelled, unless the cancel is its reason
     */
    public ScheduledBody(
            Callable<? extends @Nullable T> body,
            UnaryOperator<Runnable> onSchedule,
            Consumer<? super Throwable> drop) {
        this.body = Objects.requireNonNull(body, "body must not be null");
        this.drop = Objects.requireNonNull(drop, "drop must not be null");
        this.hooked = onSchedule.apply(this::run);
    }

    @Override
    public @Nullable T call() throws Exception {
        value = null;
        failure = null;
        hooked.run();
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (Exception) failure;
        }
        return value;
    }

    /**
     * Drops a failure that comes after the cancel.
     *
     * @param thread the thread of the body
     * @param late the failure
     */
    @Override
    public void uncaughtException(Thread thread, Throwable late) {
        drop.accept(late);
    }

    private void run() {
        try {
            value = body.call();
        } catch (Throwable thrown) {
            // Not through the hook, which might wrap it.
            failure = thrown;
        }
    }
}
