// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static io.reactivetracker.recorder.LeasedStore.LEASE;
import static io.reactivetracker.recorder.Outcomes.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.test.ManualTimer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The event of a lost lease, as a real recording has it. */
class LeaseLostEventTest {

    private static final String KEY = "payment-1";

    private final ManualTimer clock = new ManualTimer();
    private final LeasedStore store = new LeasedStore(clock);
    private final TaskRecorder<String> recorder =
            TaskRecorder.builder(store).timer(clock).executor(Runnable::run).build();

    /** Its clock stands still, so it renews nothing. */
    private final TaskRecorder<String> dead = TaskRecorder.builder(store)
            .timer(new ManualTimer())
            .executor(Runnable::run)
            .build();

    private final HeldBody body = new HeldBody();
    private final Recording recording = new Recording();

    @TempDir
    private Path folder;

    @BeforeEach
    void start() {
        recording.start();
    }

    @AfterEach
    void close() {
        recording.close();
    }

    private List<RecordedEvent> events() throws IOException {
        Path file = folder.resolve("events.jfr");
        recording.stop();
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("io.reactivetracker.LeaseLost"))
                .toList();
    }

    @Test
    void anOwnerThatCannotRenewTellsWhy() throws Exception {
        CompletableFuture<String> run = recorder.record(KEY, body);
        store.answerToRenew = () -> CompletableFuture.failedFuture(new IllegalStateException("down"));
        clock.advance(LEASE);
        assertThat(run).isCompletedExceptionally();

        assertThat(events()).singleElement().satisfies(event -> {
            assertThat(event.getString("key")).isEqualTo("\"payment-1\"");
            assertThat(event.getLong("fencingToken")).isEqualTo(body.attempt().fencingToken());
            assertThat(event.getDuration("lease")).isEqualTo(LEASE);
            assertThat(event.getBoolean("ending")).isFalse();
            assertThat(event.getString("cause")).isEqualTo(RecordStoreException.class.getName());
        });
    }

    @Test
    void anOwnerThatLearnsItAtItsEndIsWrittenOnce() throws Exception {
        CompletableFuture<String> late = dead.record(KEY, body);
        clock.advance(LEASE);
        body.work.complete("receipt");
        assertThat(failureOf(late)).isInstanceOf(LeaseLostException.class);

        assertThat(events()).singleElement().satisfies(event -> {
            assertThat(event.getString("key")).isEqualTo("\"payment-1\"");
            assertThat(event.getBoolean("ending")).isTrue();
            assertThat(event.getString("cause")).isNull();
        });
    }

    @Test
    void aLeaseThatIsHeldWritesNothing() throws Exception {
        CompletableFuture<String> run = recorder.record(KEY, body);
        clock.advance(LEASE.multipliedBy(2));
        body.work.complete("receipt");
        assertThat(run).isCompletedWithValue("receipt");
        assertThat(events()).isEmpty();
    }
}
