// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static io.reactivetracker.recorder.Outcomes.resultOf;
import static io.reactivetracker.recorder.Work.await;
import static io.reactivetracker.recorder.Work.keys;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Reads the status of a key continuously while the key is launched, settled and revoked: each status may follow the one
 * before. Runs in one thread and in several, with the methods that run work and with those for adapters.
 */
class StatusNeverLiesTest {

    private static final Set<TaskStatus> AFTER_LAUNCH = EnumSet.of(TaskStatus.RUNNING, TaskStatus.SUCCEEDED);
    private static final Set<TaskStatus> AFTER_REVOKE = EnumSet.of(TaskStatus.REVOKING, TaskStatus.NOT_FOUND);

    /** Ways to run a task or a revoke. */
    enum Way {
        RECORD {
            @Override
            CompletableFuture<?> launch(Work work, String key, int turns) {
                return work.recorder.record(key, attempt -> work.turns(turns, true));
            }

            @Override
            CompletableFuture<?> revoke(Work work, String key, int turns) {
                return work.recorder.revoke(key, attempt -> work.turns(turns, true));
            }
        },
        BEGIN_AND_SUCCEED {
            @Override
            CompletableFuture<?> launch(Work work, String key, int turns) {
                return succeed(
                        work,
                        Objects.requireNonNull(resultOf(work.recorder.begin(key, RecordOptions.defaults()))),
                        turns);
            }

            @Override
            CompletableFuture<?> revoke(Work work, String key, int turns) {
                return succeed(work, resultOf(work.recorder.beginRevoke(key)), turns);
            }

            private CompletableFuture<?> succeed(Work work, RecordedTask<String> task, int turns) {
                return work.turns(turns, true).thenCompose(done -> task.succeed());
            }
        };

        abstract CompletableFuture<?> launch(Work work, String key, int turns);

        abstract CompletableFuture<?> revoke(Work work, String key, int turns);
    }

    static Stream<Arguments> waysAndThreads() {
        return Stream.of(Way.values()).flatMap(way -> Stream.of(Arguments.of(way, 1), Arguments.of(way, 8)));
    }

    /** One key, its steps run in pool threads, with the statuses that were read. */
    private static final class Watched {

        private final Work work;
        private final Way way;
        private final String key;
        private final List<String> faults = Collections.synchronizedList(new ArrayList<>());

        Watched(Work work, Way way, String key) {
            this.work = work;
            this.way = way;
            this.key = key;
        }

        private TaskStatus status() {
            return resultOf(work.recorder.status(key));
        }

        /** Launches the key from not found to success, reading its status continuously. */
        CompletableFuture<Void> launch() {
            expect(EnumSet.of(TaskStatus.NOT_FOUND), status());
            CompletableFuture<?> run = way.launch(work, key, Work.random(0, 3));
            return watch(run, AFTER_LAUNCH, TaskStatus.SUCCEEDED);
        }

        /** Revokes the key from success to not found, reading its status continuously. */
        CompletableFuture<Void> revoke() {
            expect(EnumSet.of(TaskStatus.SUCCEEDED), status());
            CompletableFuture<?> run = way.revoke(work, key, Work.random(0, 3));
            return watch(run, AFTER_REVOKE, TaskStatus.NOT_FOUND);
        }

        /**
         * Reads the status at each turn until the run ends; only the legal ones may appear, and only the last at the
         * end.
         */
        private CompletableFuture<Void> watch(CompletableFuture<?> run, Set<TaskStatus> legal, TaskStatus last) {
            AtomicBoolean wasLast = new AtomicBoolean();
            return askUntil(run, legal, last, wasLast).thenRun(() -> {
                // The status stays.
                expect(EnumSet.of(last), status());
                expect(EnumSet.of(last), status());
            });
        }

        private CompletableFuture<Void> askUntil(
                CompletableFuture<?> run, Set<TaskStatus> legal, TaskStatus last, AtomicBoolean wasLast) {
            boolean hasEnded = run.isDone();
            TaskStatus seen = status();
            expect(hasEnded || wasLast.get() ? EnumSet.of(last) : legal, seen);
            wasLast.set(seen == last);
            return hasEnded
                    ? run.thenApply(ended -> null)
                    : CompletableFuture.completedFuture(null)
                            .thenComposeAsync(next -> askUntil(run, legal, last, wasLast), work.pool());
        }

        private void expect(Set<TaskStatus> legal, TaskStatus seen) {
            if (!legal.contains(seen)) {
                faults.add("saw " + seen + " in place of " + legal);
            }
        }

        CompletableFuture<Void> launchAndRevoke(int rounds) {
            return rounds == 0
                    ? CompletableFuture.completedFuture(null)
                    : launch().thenComposeAsync(done -> revoke(), work.pool())
                            .thenComposeAsync(done -> launchAndRevoke(rounds - 1), work.pool());
        }

        CompletableFuture<Void> inPool(Supplier<CompletableFuture<Void>> steps) {
            return CompletableFuture.completedFuture(null).thenComposeAsync(start -> steps.get(), work.pool());
        }
    }

    private static void forEachKey(Way way, int threads, int keys, Function<Watched, CompletableFuture<Void>> steps) {
        try (Work work = new Work(threads)) {
            List<Watched> all = keys("key-", keys).stream()
                    .map(key -> new Watched(work, way, key))
                    .toList();
            await(all.stream()
                    .map(watched -> watched.inPool(() -> steps.apply(watched)))
                    .toList());
            assertThat(all).allSatisfy(watched -> assertThat(watched.faults).isEmpty());
        }
    }

    @ParameterizedTest
    @MethodSource("waysAndThreads")
    void fromALaunchToItsSuccess(Way way, int threads) {
        forEachKey(way, threads, threads == 1 ? 5_000 : 20_000, Watched::launch);
    }

    @ParameterizedTest
    @MethodSource("waysAndThreads")
    void fromALaunchToItsRevoke(Way way, int threads) {
        forEachKey(way, threads, threads == 1 ? 5_000 : 20_000, watched -> watched.launchAndRevoke(1));
    }

    @ParameterizedTest
    @MethodSource("waysAndThreads")
    void fromALaunchToItsRevokeOverAndOver(Way way, int threads) {
        forEachKey(way, threads, threads == 1 ? 500 : 2_000, watched -> watched.launchAndRevoke(30));
    }
}
