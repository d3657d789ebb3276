// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.DefaultExecutor;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link TaskRecorder}. Not safe for use by several threads.
 *
 * @param <K> the type of the keys
 */
public final class TaskRecorderBuilder<K> {

    final RecordStore<K> store;
    TaskTimer timer = TaskTimer.system();
    Executor executor = DefaultExecutor.get();

    @Nullable
    UnaryOperator<String> redaction;

    TaskRecorderBuilder(RecordStore<K> store) {
        this.store = Objects.requireNonNull(store, "store must not be null");
    }

    /**
     * Sets the timer for renewals of leases and for polls.
     *
     * @param timer the timer; the system's by default. Its threads run no user code
     * @return this builder
     */
    public TaskRecorderBuilder<K> timer(TaskTimer timer) {
        this.timer = Objects.requireNonNull(timer, "timer must not be null");
        return this;
    }

    /**
     * Sets the executor of user code for stores that answer late: of bodies, the actions of cancelled tokens, and
     * dependents of the recorder's futures.
     *
     * <p>If some of them block, the executor must not make others wait for these. {@code Runnable::run} runs them in
     * the store's threads, which is fast, and correct for code that never blocks. If the executor rejects a body, its
     * task fails with the exception of the executor.
     *
     * @param executor the executor, which the caller shuts down. By default the one of groups: virtual threads where
     *     the JDK has them, otherwise a cached pool of daemon threads
     * @return this builder
     */
    public TaskRecorderBuilder<K> executor(Executor executor) {
        this.executor = Objects.requireNonNull(executor, "executor must not be null");
        return this;
    }

    /**
     * Changes the messages of failures before they are recorded, to keep secrets out of the store.
     *
     * <p>The caller of the task gets the unchanged failure. A {@link RecordedFailureException} with its type and the
     * changed message, without causes, is recorded. The function is called by the thread that ends the task. If it
     * throws, the recorded message says so; if it returns null, the failure is recorded without a message.
     *
     * @param redaction returns the message to record for a message; not called for a failure without one
     * @return this builder
     */
    public TaskRecorderBuilder<K> redactMessages(UnaryOperator<String> redaction) {
        this.redaction = Objects.requireNonNull(redaction, "redaction must not be null");
        return this;
    }

    /**
     * Builds the recorder. Sends nothing to the store yet.
     *
     * @return a recorder of the records in the store
     * @throws IllegalArgumentException if the store's poll interval is not positive
     */
    public TaskRecorder<K> build() {
        return new TaskRecorder<>(this);
    }
}
