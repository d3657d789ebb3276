// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Reads the outcome of a completed future. */
final class Outcomes {

    private Outcomes() {}

    @SuppressWarnings("NullAway") // the test knows where it may be null
    static <T> T resultOf(CompletableFuture<T> future) {
        assertThat(future).isCompleted();
        return future.join();
    }

    /** Returns the failure, without the wrapper that a dependent future adds. */
    @SuppressWarnings("NullAway") // it has failed
    static Throwable failureOf(CompletableFuture<?> future) {
        assertThat(future).isCompletedExceptionally();
        Throwable failure = future.handle((value, failed) -> failed).join();
        return failure instanceof CompletionException ? failure.getCause() : failure;
    }

    static TaskStatus refusalOf(CompletableFuture<?> future) {
        Throwable failure = failureOf(future);
        if (failure instanceof TaskNotSucceededException notSucceeded) {
            return notSucceeded.status();
        }
        assertThat(failure).isInstanceOf(TaskAlreadyRecordedException.class);
        return ((TaskAlreadyRecordedException) failure).status();
    }

    /** Asserts that a store recorded the failure: its type and its message. */
    static void assertRecorded(@Nullable Throwable recorded, Throwable failure) {
        assertThat(recorded).isInstanceOfSatisfying(RecordedFailureException.class, kept -> {
            assertThat(kept.failureType()).isEqualTo(failure.getClass().getName());
            assertThat(kept.failureMessage()).isEqualTo(failure.getMessage());
        });
    }
}
