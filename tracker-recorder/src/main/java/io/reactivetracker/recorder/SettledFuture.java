// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.Registration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * Completes when a key is settled. The store reports that; if it may miss an event, the key is polled as well.
 *
 * <p>Until {@link #start()} returns it completes in the caller's thread, since nobody else has it.
 */
final class SettledFuture<K> extends CompletableFuture<TaskRecord> {

    private final TaskRecorder<K> recorder;
    private final K key;
    private volatile boolean isStarted;

    SettledFuture(TaskRecorder<K> recorder, K key) {
        this.recorder = recorder;
        this.key = key;
    }

    SettledFuture<K> start() {
        try {
            Registration registration = Objects.requireNonNull(
                    recorder.store().onSettled(key, this::found), "the store returned null, not a registration");
            CompletableFuture<TaskRecord> unused = whenComplete((settled, failure) -> registration.close());
            if (!isDone() && recorder.pollInterval() != null) {
                KeyPoll<K> poll = recorder.poll(key, this);
                CompletableFuture<TaskRecord> unusedToo = whenComplete((settled, failure) -> poll.remove(this));
            }
        } catch (Throwable failure) {
            completeExceptionally(StoreStep.failure("waiting for the end of", key, failure));
        }
        isStarted = true;
        return this;
    }

    /** Completes with a record that was found, unless the key is not settled in it. */
    void found(TaskRecord found) {
        if (found.status().isSettled() && !isDone()) {
            execute(() -> complete(found));
        }
    }

    void fail(Throwable reason) {
        execute(() -> completeExceptionally(reason));
    }

    private void execute(Runnable completion) {
        if (isStarted && recorder.pollInterval() != null) {
            recorder.execute(completion);
        } else {
            completion.run();
        }
    }
}
