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
 * A process that works on all keys in its own order, repeatedly, until each key has succeeded.
 *
 * <p>It logs its work in the server: {@code work:KEY} has the fencing token of each attempt whose work was done, and
 * {@code success:KEY} that of each attempt that the recorder reported as succeeded. Both are sets, so sending a command
 * twice makes no difference.
 */
final class Worker {

    static final String NAMESPACE = "many";

    /** The lease. All processes of the namespace must use the same. */
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

    /** Connects, with retries: a connection may be killed while it is being set up. */
    private static <C> C connect(Callable<C> connect) {
        return Mono.fromCallable(connect)
                .retryWhen(Retry.backoff(20, Duration.ofMillis(50)))
                .blockOptional()
                .orElseThrow();
    }

    /** Runs a worker. Arguments: the URI of the server, and the number of keys. */
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

    /** Takes a moment, logs the work, and sometimes fails afterwards. */
    private Mono<String> work(RecordContext<String> attempt) {
        String fence = String.valueOf(attempt.fencingToken());
        return Mono.delay(Duration.ofMillis(ThreadLocalRandom.current().nextInt(20)))
                .then(journal.sadd("work:" + attempt.key(), fence))
                .flatMap(added -> ThreadLocalRandom.current().nextInt(4) == 0
                        ? Mono.error(new IllegalStateException("at random"))
                        : Mono.just(fence));
    }
}
