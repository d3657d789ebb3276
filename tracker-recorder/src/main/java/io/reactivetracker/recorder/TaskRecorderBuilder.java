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
     * Sets the clock by which leases are renewed and keys are looked at for those who wait.
     *
     * @param timer the timer; the system's unless set. Its threads run no user code
     * @return this
     */
    public TaskRecorderBuilder<K> timer(TaskTimer timer) {
        this.timer = Objects.requireNonNull(timer, "timer must not be null");
        return this;
    }

    /**
     * Sets what runs user code where the store answers later than it is asked: bodies, the actions of tokens that are
     * cancelled, and what depends on the recorder's futures.
     *
     * <p>It must give each of them a thread of its own as long as some of them block. {@code Runnable::run} runs them in the
     * store's threads: fast, and right for code that never blocks. A body whose execution is refused fails its task with
     * what the executor threw.
     *
     * @param executor the executor, which stays the caller's; unless set, the one of groups: virtual threads where the
     *     JDK has them, else a cached pool of daemon threads
     * @return this
     */
    public TaskRecorderBuilder<K> executor(Executor executor) {
        this.executor = Objects.requireNonNull(executor, "executor must not be null");
        return this;
    }

    /**
     * Changes the messages of failures before they are recorded: to keep secrets out of the store.
     *
     * <p>The failure that the caller of the task gets is not changed. What is recorded in its place is a {@link
     * RecordedFailureException} with its type and the changed message, without causes. It is called by the thread that ends
     * the task. If it throws, or returns null, the failure is recorded without a message.
     *
     * @param redaction gives the message to record in place of a failure's own; not called for a failure without one
     * @return this
     */
    public TaskRecorderBuilder<K> redactMessages(UnaryOperator<String> redaction) {
        this.redaction = Objects.requireNonNull(redaction, "redaction must not be null");
        return this;
    }

    /**
     * Builds the recorder; asks nothing of the store yet.
     *
     * @return a recorder of what is in the store
     * @throws IllegalArgumentException if the store's poll interval is not positive
     */
    public TaskRecorder<K> build() {
        return new TaskRecorder<>(this);
    }
}
