// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static io.reactivetracker.reactor.ReactorTracking.untilClosed;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A consumer of a topic that commits an offset after the work for its message. At the close it fetches nothing more,
 * and finishes and commits what it has fetched.
 */
class CommitAfterWorkTest {

    private final TaskGroup group = TaskGroup.builder("consumer").build();
    private final Topic topic = new Topic();

    @Test
    void whatWasFetchedIsFinishedAndCommittedAndNothingElseIsFetched() {
        topic.messages()
                .transform(untilClosed(group))
                .concatMap(message -> topic.work(message).then(topic.commit(message)), 0)
                .transform(trackWith(group, "consume"))
                .subscribe();
        topic.endWork(0);
        topic.endWork(1);
        assertThat(topic.fetched).containsExactly(0, 1, 2);
        assertThat(topic.committed).containsExactly(0, 1);

        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(Duration.ofSeconds(30)));
        assertThat(topic.isFetching).isFalse();
        assertThat(report).as("the message in flight").isNotDone();
        topic.endWork(2);

        assertThat(report.join().isDrained()).isTrue();
        assertThat(report.join().completed()).isOne();
        assertThat(topic.fetched).containsExactly(0, 1, 2);
        assertThat(topic.committed).isEqualTo(topic.fetched);
    }

    @Test
    void severalMessagesInFlightAreAllCommitted() {
        topic.messages()
                .transform(untilClosed(group))
                .flatMap(message -> topic.work(message).then(topic.commit(message)), 4)
                .transform(trackWith(group, "consume"))
                .subscribe();
        topic.endWork(0);
        assertThat(topic.fetched).containsExactly(0, 1, 2, 3, 4);

        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(Duration.ofSeconds(30)));
        for (int message = 4; message > 0; message--) {
            assertThat(report).isNotDone();
            topic.endWork(message);
        }
        assertThat(report.join().isDrained()).isTrue();
        assertThat(topic.fetched).containsExactly(0, 1, 2, 3, 4);
        assertThat(topic.committed).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
    }

    /** Fetches a message for each one that is requested. */
    private static final class Topic {

        private final List<Integer> fetched = new ArrayList<>();
        private final List<Integer> committed = new ArrayList<>();
        private final List<Sinks.Empty<Void>> works = new ArrayList<>();
        private boolean isFetching;

        Flux<Integer> messages() {
            return Flux.<Integer, Integer>generate(() -> 0, (next, sink) -> {
                        fetched.add(next);
                        works.add(Sinks.empty());
                        sink.next(next);
                        return next + 1;
                    })
                    .doOnSubscribe(subscription -> isFetching = true)
                    .doOnCancel(() -> isFetching = false);
        }

        Mono<Void> work(int message) {
            return works.get(message).asMono();
        }

        void endWork(int message) {
            works.get(message).tryEmitEmpty();
        }

        Mono<Void> commit(int message) {
            return Mono.fromRunnable(() -> committed.add(message));
        }
    }
}
