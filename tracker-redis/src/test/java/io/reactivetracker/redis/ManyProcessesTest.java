// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.KillArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.TaskStatus;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Three processes work on the same keys. They fail at random, are killed with SIGKILL and restarted, and lose their
 * connections, and the server loses its scripts, repeatedly. Each key succeeds once.
 */
class ManyProcessesTest {

    private static final int KEYS = Integer.getInteger("many.processes.keys", 300);
    private static final Duration MOST = Duration.ofMinutes(Integer.getInteger("many.processes.minutes", 3));
    private static final int PROCESSES = 3;
    private static final int BLOWS = 12;

    private final List<Process> processes = new ArrayList<>();
    private final Random random = new Random();
    private int killed;

    @Test
    @Timeout(1200)
    void letEachKeySucceedOnce() {
        try (Redis redis = new Redis()) {
            RecordStore<String> store = RedisRecordStore.builder(Worker.NAMESPACE, redis.connection)
                    .lease(Worker.LEASE)
                    .build();
            try {
                for (int i = 0; i < PROCESSES; i++) {
                    processes.add(launch(redis));
                }
                for (int blow = 1; blow <= BLOWS; blow++) {
                    long awaited = (long) KEYS * blow / (BLOWS + 1);
                    Awaitility.await()
                            .atMost(MOST)
                            .ignoreExceptions()
                            .until(() -> count(store, TaskStatus.SUCCEEDED) >= awaited);
                    strike(redis, blow);
                }
                Awaitility.await().atMost(MOST).until(() -> processes.stream().noneMatch(Process::isAlive));
            } finally {
                processes.forEach(Process::destroyForcibly);
            }
            assertThat(processes)
                    .allSatisfy(process -> assertThat(process.exitValue()).isZero());
            assertThat(killed).isPositive();
            assertEachSucceededOnce(redis, store);
        }
    }

    private static long count(RecordStore<String> store, TaskStatus status) {
        return store.counts().toCompletableFuture().join().getOrDefault(status, 0L);
    }

    private static Process launch(Redis redis) {
        try {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-Xmx256m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Worker.class.getName(),
                            redis.server.uri(),
                            String.valueOf(KEYS))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(new File("target/worker.log")))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void strike(Redis redis, int blow) {
        switch (blow % 3) {
            case 0 -> {
                int which = random.nextInt(PROCESSES);
                processes.get(which).destroyForcibly().onExit().join();
                processes.set(which, launch(redis));
                killed++;
            }
            case 1 -> redis.commands().clientKill(KillArgs.Builder.typeNormal().skipme());
            default -> redis.commands().scriptFlush();
        }
    }

    private static void assertEachSucceededOnce(Redis redis, RecordStore<String> store) {
        assertThat(store.counts().toCompletableFuture().join())
                .isEqualTo(Map.of(
                        TaskStatus.SUCCEEDED, (long) KEYS,
                        TaskStatus.RUNNING, 0L,
                        TaskStatus.FAILED, 0L,
                        TaskStatus.REVOKING, 0L));
        RedisCommands<String, String> commands = redis.commands();
        long told = 0;
        long works = 0;
        for (int i = 0; i < KEYS; i++) {
            String key = String.valueOf(i);
            Set<String> successes = commands.smembers("success:" + key);
            Set<String> work = commands.smembers("work:" + key);
            assertThat(successes).as("successes of %s", key).hasSizeLessThanOrEqualTo(1);
            assertThat(work).as("work of %s", key).isNotEmpty().containsAll(successes);
            String record = commands.hget("reactive-tracker:{" + Worker.NAMESPACE + "}:records", key);
            long fence = Long.parseLong(record.substring(1, record.indexOf(' ')));
            // A reported success is the recorded one, and no work was done under a later fencing token.
            assertThat(successes)
                    .allSatisfy(success -> assertThat(Long.parseLong(success)).isEqualTo(fence));
            assertThat(work)
                    .contains(String.valueOf(fence))
                    .allSatisfy(done -> assertThat(Long.parseLong(done)).isLessThanOrEqualTo(fence));
            told += successes.size();
            works += work.size();
        }
        System.out.printf("%d keys, %d successes told, %d attempts whose work was done%n", KEYS, told, works);
    }
}
