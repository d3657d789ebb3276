// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import static io.reactivetracker.test.RecordStoreContract.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.api.sync.RedisCommands;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.RecordStore.Claim;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Memory of a record as a real server reports it. The numbers in docs/recorder-redis.md are from this test's output.
 *
 * <p>The bounds are a quarter above the memory use of Redis 7.0: other versions and servers differ slightly, but one
 * more field per record would exceed them.
 */
class MemoryPerKeyTest {

    private static final int KEYS = 10_000;

    /** Returns a key as long as a typical identifier: 36 characters. */
    private static String key(int i) {
        return "f81d4fae-7dec-11d0-a765-%012d".formatted(i);
    }

    @Test
    void isBoundedWhileATaskRuns() {
        assertThat(bytesPerKey("RUNNING", claim -> Mono.empty())).isBetween(100.0, 410.0);
    }

    @Test
    void isBoundedForASuccess() {
        assertThat(bytesPerKey("SUCCEEDED", claim -> Mono.fromCompletionStage(claim::succeed)))
                .isBetween(100.0, 410.0);
    }

    @Test
    void isBoundedForAFailureByItsMessage() {
        Throwable failure = new IllegalStateException("x".repeat(100));
        assertThat(bytesPerKey(
                        "FAILED, a message of 100 characters",
                        claim -> Mono.fromCompletionStage(() -> claim.fail(failure))))
                .isBetween(100.0, 590.0);
    }

    private static double bytesPerKey(String state, Function<Claim, Mono<Boolean>> end) {
        try (Redis redis = new Redis()) {
            RedisCommands<String, String> commands = redis.commands();
            RecordStore<String> store = RedisRecordStore.builder("memory", redis.connection)
                    .lease(Duration.ofHours(1))
                    .timeLimit(Duration.ofMillis(500))
                    .build();
            // Loads the scripts and allocates the connection buffers first.
            get(get(store.begin("first")).fail(new IllegalStateException()));
            get(store.forget("first"));
            long before = usedMemory(commands);
            Flux.range(0, KEYS)
                    .flatMap(
                            i -> Mono.fromCompletionStage(() -> store.begin(key(i)))
                                    .flatMap(end),
                            64)
                    .blockLast();
            long byKeys =
                    List.of("records", "running", "revoking", "succeeded", "failed", "settlements", "fence").stream()
                            .mapToLong(name -> orZero(commands.memoryUsage(name(name))))
                            .sum();
            double used = (double) (usedMemory(commands) - before) / KEYS;
            System.out.printf(
                    "%s, %d keys of 36 characters, %s: %.0f bytes each by used_memory, %.0f by MEMORY USAGE%n",
                    version(commands), KEYS, state, used, (double) byKeys / KEYS);
            return used;
        }
    }

    private static String name(String name) {
        return "reactive-tracker:{memory}:" + name;
    }

    private static long orZero(Long bytes) {
        return bytes == null ? 0 : bytes;
    }

    private static long usedMemory(RedisCommands<String, String> commands) {
        return Long.parseLong(field(commands.info("memory"), "used_memory"));
    }

    private static String version(RedisCommands<String, String> commands) {
        return "Redis " + field(commands.info("server"), "redis_version");
    }

    private static String field(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name + ":"))
                .findFirst()
                .orElseThrow()
                .substring(name.length() + 1)
                .strip();
    }
}
