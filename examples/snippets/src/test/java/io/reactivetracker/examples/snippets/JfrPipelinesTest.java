// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.ReactorTracking;
import io.reactivetracker.rxjava.RxTracking;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Single;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The events of pipelines of Reactor and RxJava. */
class JfrPipelinesTest {

    private final IllegalStateException broken = new IllegalStateException("broken");

    private final TaskGroup group = TaskGroup.builder("orders").build();
    private final TaskTracker tracker = TaskTracker.create("mails");

    @TempDir
    private Path folder;

    private List<RecordedEvent> tasksOf(Runnable action) throws Exception {
        Path file = folder.resolve("events.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("io.reactivetracker.TaskEnded");
            recording.start();
            action.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("io.reactivetracker.TaskEnded"))
                .sorted((one, other) -> one.getEndTime().compareTo(other.getEndTime()))
                .toList();
    }

    private static TaskOptions named(String name) {
        return TaskOptions.named(name);
    }

    @Test
    void ofReactorHaveAnEventForEachTask() throws Exception {
        List<RecordedEvent> events = tasksOf(() -> {
            Mono.just(1)
                    .transform(ReactorTracking.trackWith(group, named("completes")))
                    .block();
            Flux.error(broken)
                    .transform(ReactorTracking.trackWith(group, named("fails")))
                    .onErrorComplete()
                    .blockLast();
            Disposable never = Flux.never()
                    .transform(ReactorTracking.trackWith(group, named("is cancelled")))
                    .subscribe();
            never.dispose();
            Mono.just(1)
                    .transform(ReactorTracking.trackWith(tracker, named("of a tracker")))
                    .block();
            Mono.just(1).transform(ReactorTracking.trackWith(tracker)).block();
        });

        assertThat(events)
                .extracting(event ->
                        event.getString("tracker") + ": " + event.getString("task") + " " + event.getString("outcome"))
                .containsExactly(
                        "orders: completes SUCCEEDED",
                        "orders: fails FAILED",
                        "orders: is cancelled CANCELLED",
                        "mails: of a tracker null");
    }

    @Test
    void ofRxJavaHaveAnEventForEachTask() throws Exception {
        List<RecordedEvent> events = tasksOf(() -> {
            Single.just(1)
                    .compose(RxTracking.trackWith(group, named("completes")))
                    .blockingSubscribe();
            Completable.error(broken)
                    .compose(RxTracking.trackWith(group, named("fails")))
                    .onErrorComplete()
                    .blockingAwait();
            Completable.never()
                    .compose(RxTracking.trackWith(group, named("is cancelled")))
                    .subscribe()
                    .dispose();
            Single.just(1)
                    .compose(RxTracking.trackWith(tracker, named("of a tracker")))
                    .blockingSubscribe();
        });

        assertThat(events)
                .extracting(event ->
                        event.getString("tracker") + ": " + event.getString("task") + " " + event.getString("outcome"))
                .containsExactly(
                        "orders: completes SUCCEEDED",
                        "orders: fails FAILED",
                        "orders: is cancelled CANCELLED",
                        "mails: of a tracker null");
    }
}
