// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The run of {@link StreamDemo} in short: which events come, and in which order, not when. */
class StreamRunTest {

    private static final String ABORTED = "Graceful shutdown aborted with one or more requests still active";
    private static final String COMPLETE = "Graceful shutdown complete";
    private static final String DRAINED = "drained in";

    @Test
    void theWebServerWaitsForAnEventStreamWithoutTheStarter() throws Exception {
        StreamRun run = StreamRun.of(StreamRun.Stream.EVENTS, StreamRun.ALONE, Duration.ofSeconds(1));
        assertThat(String.join("\n", run.log())).contains(ABORTED);
        assertThat(run.seen()).isNotEqualTo(StreamRun.COMPLETED);
        assertThat(run.exitCode()).isEqualTo(143);
    }

    @Test
    void anEventStreamEndsFirstAndTheTaskIsWaitedFor() throws Exception {
        StreamRun run = StreamRun.of(StreamRun.Stream.EVENTS, StreamRun.WITH_STARTER, Duration.ofMinutes(2));
        assertThat(run.seen()).isEqualTo(StreamRun.COMPLETED);
        assertThatTheTaskIsWaitedFor(run);
    }

    @Test
    void aSessionEndsFirstAndTheTaskIsWaitedFor() throws Exception {
        StreamRun run = StreamRun.of(StreamRun.Stream.SESSION, StreamRun.WITH_STARTER, Duration.ofMinutes(2));
        assertThat(run.seen()).isEqualTo(StreamRun.GOING_AWAY);
        assertThatTheTaskIsWaitedFor(run);
    }

    private static void assertThatTheTaskIsWaitedFor(StreamRun run) {
        assertThat(String.join("\n", run.log()))
                .containsSubsequence(StreamServer.TASK_BEGINS, StreamServer.TASK_ENDS, DRAINED)
                .containsSubsequence(COMPLETE, DRAINED)
                .doesNotContain(ABORTED)
                .doesNotContain("Exception");
        assertThat(run.exitCode()).isEqualTo(143);
    }
}
