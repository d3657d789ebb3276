// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** A recording of the events of the library, as an application would make one, from its creation to its end. */
final class EventRecording implements AutoCloseable {

    static final String PREFIX = "io.reactivetracker.";

    private final Recording recording = new Recording();

    private EventRecording() {}

    /** Starts a recording whose settings name none of our events. */
    static EventRecording withDefaults() {
        EventRecording started = new EventRecording();
        started.recording.start();
        return started;
    }

    /** Starts a recording of all events, tasks included. */
    static EventRecording withTasks() {
        EventRecording started = new EventRecording();
        started.recording.enable(PREFIX + "TaskEnded");
        started.recording.start();
        return started;
    }

    /** Starts a recording of tasks that take this time or longer. */
    static EventRecording withTasks(Duration threshold) {
        EventRecording started = new EventRecording();
        started.recording.enable(PREFIX + "TaskEnded").withThreshold(threshold);
        started.recording.start();
        return started;
    }

    /** Ends the recording. Returns its events of one type, in the order of their ends. */
    List<RecordedEvent> end(String type) {
        return end().stream()
                .filter(event -> event.getEventType().getName().equals(PREFIX + type))
                .toList();
    }

    /** Ends the recording. Returns its events of this library, in the order of their ends. */
    List<RecordedEvent> end() {
        recording.stop();
        try {
            Path file = Files.createTempFile("events", ".jfr");
            try {
                recording.dump(file);
                return RecordingFile.readAllEvents(file).stream()
                        .filter(event -> event.getEventType().getName().startsWith(PREFIX))
                        .sorted((one, other) -> one.getEndTime().compareTo(other.getEndTime()))
                        .toList();
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        recording.close();
    }
}
