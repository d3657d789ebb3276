// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.Registration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** A wait for a key to be settled: by what the store tells, and if that may miss something, by a poll. */
final class SettledWait<K> extends CompletableFuture<TaskRecord> {

    private final TaskRecorder<K> recorder;
    private final K key;

    // Until start() returns, nobody else has this, and it is completed in the caller's thread.
    private volatile boolean isStarted;

    SettledWait(TaskRecorder<K> recorder, K key) {
        this.recorder = recorder;
        this.key = key;
    }

    SettledWait<K> start() {
        try {
            Registration told = Objects.requireNonNull(
                    recorder.store().onSettled(key, this::told), "the store returned null, not a registration");
            CompletableFuture<TaskRecord> unused = whenComplete((settled, failure) -> told.close());
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

    /** A look has found this; it is passed over if something is still under way. */
    void told(TaskRecord found) {
        if (found.status().isSettled() && !isDone()) {
            tell(() -> complete(found));
        }
    }

    void fail(Throwable reason) {
        tell(() -> completeExceptionally(reason));
    }

    private void tell(Runnable completion) {
        if (isStarted && recorder.pollInterval() != null) {
            recorder.execute(completion);
        } else {
            completion.run();
        }
    }
}
