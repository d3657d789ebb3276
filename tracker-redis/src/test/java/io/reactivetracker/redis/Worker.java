// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.reactive.RedisReactiveCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.reactivetracker.recorder.RecordContext;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * A process that works at all keys, in an order of its own, over and over until each of them has succeeded.
 *
 * <p>What it does is written down in the server: in {@code work:KEY} the fencing token of each attempt whose work was
 * done, and in {@code success:KEY} that of each one of which the recorder said that it has succeeded. Both are sets, so
 * that a command that is sent again makes no difference.
 */
final class Worker {

    static final String NAMESPACE = "many";

    /** All that use the namespace must agree on it. */
    static final Duration LEASE = Duration.ofSeconds(6);

    private static final int AT_ONCE = 64;

    private final TaskRecorder<String> recorder;
    private final RedisReactiveCommands<String, String> journal;

    private Worker(String uri) {
        RedisClient client = RedisClient.create(uri);
        recorder = TaskRecorder.create(
                RedisRecordStore.builder(NAMESPACE, connect(() -> client.connect(ByteArrayCodec.INSTANCE)))
                        .lease(LEASE)
                        .timeLimit(Duration.ofSeconds(5))
                        .build());
        journal = connect(client::connect).reactive();
    }

    /** Again and again: a connection may be killed before it is one. */
    private static <C> C connect(Callable<C> connect) {
        return Mono.fromCallable(connect)
                .retryWhen(Retry.backoff(20, Duration.ofMillis(50)))
                .blockOptional()
                .orElseThrow();
    }

    /** Arguments: the URI of the server, and the number of keys. */
    public static void main(String[] arguments) {
        Worker worker = new Worker(arguments[0]);
        List<String> keys = IntStream.range(0, Integer.parseInt(arguments[1]))
                .mapToObj(String::valueOf)
                .collect(Collectors.toList());
        Collections.shuffle(keys, new Random());
        while (worker.succeeded() < keys.size()) {
            Flux.fromIterable(keys).flatMap(worker::attempt, AT_ONCE).blockLast();
        }
        System.exit(0);
    }

    private long succeeded() {
        return Mono.fromFuture(() -> recorder.counts())
                .map(counts -> counts.getOrDefault(TaskStatus.SUCCEEDED, 0L))
                .retryWhen(Retry.backoff(20, Duration.ofMillis(50)))
                .blockOptional()
                .orElseThrow();
    }

    private Mono<String> attempt(String key) {
        return Mono.fromFuture(() ->
                        recorder.<String>record(key, attempt -> work(attempt).toFuture()))
                .flatMap(fence -> journal.sadd("success:" + key, fence).thenReturn(key))
                // Refused, failed at random, or the store failed: the next round tries again.
                .onErrorResume(failure -> Mono.empty());
    }

    /** Takes a moment, is done, and fails now and then all the same. */
    private Mono<String> work(RecordContext<String> attempt) {
        String fence = String.valueOf(attempt.fencingToken());
        return Mono.delay(Duration.ofMillis(ThreadLocalRandom.current().nextInt(20)))
                .then(journal.sadd("work:" + attempt.key(), fence))
                .flatMap(added -> ThreadLocalRandom.current().nextInt(4) == 0
                        ? Mono.error(new IllegalStateException("at random"))
                        : Mono.just(fence));
    }
}
