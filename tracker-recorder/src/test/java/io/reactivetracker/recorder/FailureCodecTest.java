// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Encodes and decodes failures. */
class FailureCodecTest {

    private static Throwable copy(Throwable failure) {
        return FailureCodec.decode(FailureCodec.encode(failure), "key", 7);
    }

    private static Throwable decoded(String text) {
        return FailureCodec.decode(text.getBytes(StandardCharsets.UTF_8), "key", 7);
    }

    private static void assertStandsFor(@Nullable Throwable failure, String type, @Nullable String message) {
        assertThat(failure).isInstanceOfSatisfying(RecordedFailureException.class, recorded -> {
            assertThat(recorded.failureType()).isEqualTo(type);
            assertThat(recorded.failureMessage()).isEqualTo(message);
        });
    }

    @Test
    void aFailureKeepsItsTypeAndItsMessage() {
        Throwable copy = copy(new IllegalStateException("declined\nby the bank"));
        assertStandsFor(copy, IllegalStateException.class.getName(), "declined\nby the bank");
        assertStandsFor(copy(copy), IllegalStateException.class.getName(), "declined\nby the bank");
        assertStandsFor(copy(new IllegalStateException()), IllegalStateException.class.getName(), null);
        assertStandsFor(copy(new IllegalStateException("")), IllegalStateException.class.getName(), "");
    }

    @Test
    void aCancelledTaskStaysCancelled() {
        assertThat(copy(new TaskCancelledException(null)))
                .isInstanceOf(TaskCancelledException.class)
                .hasNoCause();
        assertThat(copy(new TaskCancelledException(new IllegalStateException("shutdown"))))
                .isInstanceOf(TaskCancelledException.class)
                .satisfies(cancelled ->
                        assertStandsFor(cancelled.getCause(), IllegalStateException.class.getName(), "shutdown"));
    }

    @Test
    void aTaskWhoseTimeLimitIsOverHasFailed() {
        TaskTimeoutException timeout =
                TaskTimeoutException.of("task \"ship\"", Duration.ofSeconds(4), "while it was running", null);
        assertStandsFor(
                copy(timeout),
                TaskTimeoutException.class.getName(),
                "task \"ship\" timed out after 4.0 s, while it was running");
    }

    @Test
    void aStoreCanWriteALostLease() {
        assertThat(decoded("L")).isInstanceOfSatisfying(LeaseLostException.class, lost -> {
            assertThat(lost.key()).isEqualTo("key");
            assertThat(lost.fencingToken()).isEqualTo(7);
        });
    }

    @Test
    void aLongTypeAndALongMessageAreCut() {
        Throwable copy = copy(new RecordedFailureException("T".repeat(5000), "m".repeat(1_000_000)));
        assertStandsFor(copy, "T".repeat(1000) + "…", "m".repeat(1000) + "…");
    }

    @Test
    void aMessageThatCannotBeReadIsReplaced() {
        assertThat(copy(new IllegalStateException() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public String getMessage() {
                        throw new UnsupportedOperationException();
                    }
                }))
                .hasMessageContaining(
                        "its message could not be read: " + UnsupportedOperationException.class.getName());
    }

    @Test
    void bytesOfAnotherVersionAreAFailureToo() {
        assertStandsFor(decoded(""), "unknown", null);
        assertStandsFor(decoded("Xcom.acme.Failure\nmessage"), "com.acme.Failure", "message");
    }
}
