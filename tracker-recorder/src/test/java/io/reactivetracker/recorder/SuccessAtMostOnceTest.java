// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static io.reactivetracker.recorder.Outcomes.resultOf;
import static io.reactivetracker.recorder.Work.await;
import static io.reactivetracker.recorder.Work.keys;
import static io.reactivetracker.recorder.Work.random;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Launches the same keys many times: each succeeds at most once. async_tasks_recorder has the same test. Runs in one
 * thread and in several.
 */
class SuccessAtMostOnceTest {

    private static final int SEVERAL = 8;
    private static final int LAUNCHES = 40;

    private final List<Work> opened = new ArrayList<>();

    private Work in(int threads) {
        Work work = new Work(threads);
        opened.add(work);
        return work;
    }

    @AfterEach
    void close() {
        opened.forEach(Work::close);
    }

    private static void assertSucceededOnce(Work work, String key) {
        Work.Seen seen = work.of(key);
        assertThat(seen.faults).isEmpty();
        assertThat(seen.successes).hasValue(1);
        assertThat(resultOf(work.recorder.status(key))).isEqualTo(TaskStatus.SUCCEEDED);
    }

    /** Launches all keys in mixed order, each until it has succeeded. */
    private static void launchAll(
            Work work, List<String> keys, int launchesOfEach, int maxTurns, Predicate<RecordContext<String>> succeeds) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < launchesOfEach; i++) {
            all.addAll(keys);
        }
        Collections.shuffle(all);
        assertThat(await(all.stream()
                        .map(key -> work.launchUntilSucceeded(key, random(0, maxTurns), 1_000, succeeds))
                        .toList()))
                .doesNotContain(false);
        keys.forEach(key -> assertSucceededOnce(work, key));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, SEVERAL})
    void ofManyLaunchesOneRunsAndSucceeds(int threads) {
        Work work = in(threads);
        List<CompletableFuture<Boolean>> launches = new ArrayList<>();
        for (int i = 0; i < LAUNCHES; i++) {
            launches.add(work.launch("key", 3, attempt -> true).handle((value, failure) -> failure == null));
        }
        assertThat(await(launches)).containsOnlyOnce(true);
        assertSucceededOnce(work, "key");
        assertThat(work.of("key").starts).hasValue(1);
        assertThat(work.of("key").refusals).hasValue(LAUNCHES - 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, SEVERAL})
    void whatAlwaysFailsHasNeverSucceeded(int threads) {
        Work work = in(threads);
        List<CompletableFuture<Boolean>> launches = new ArrayList<>();
        for (int i = 0; i < LAUNCHES; i++) {
            launches.add(work.launchUntilSucceeded("key", random(0, 3), 20, attempt -> false));
        }
        assertThat(await(launches)).doesNotContain(true);
        assertThat(work.of("key").faults).isEmpty();
        assertThat(work.of("key").successes).hasValue(0);
        assertThat(work.of("key").starts).hasValueGreaterThanOrEqualTo(20);
        assertThat(resultOf(work.recorder.status("key"))).isEqualTo(TaskStatus.FAILED);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, SEVERAL})
    void eachOfSomeKeysSucceedsOnce(int threads) {
        launchAll(in(threads), keys("key-", threads == 1 ? 5 : 30), LAUNCHES, 3, attempt -> true);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, SEVERAL})
    void whatFailedSucceedsOnceWhenItIsLaunchedAgain(int threads) {
        Work work = in(threads);
        Predicate<RecordContext<String>> third = Work.failingFirst(2);
        assertThat(await(List.of(work.launch("key", 1, third).handle((value, failure) -> failure == null))))
                .containsExactly(false);
        assertThat(resultOf(work.recorder.status("key"))).isEqualTo(TaskStatus.FAILED);
        launchAll(work, List.of("key"), LAUNCHES, 3, third);
        assertThat(work.of("key").starts).hasValue(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, SEVERAL})
    void whatFailsAtRandomSucceedsOnceInTheEnd(int threads) {
        launchAll(in(threads), keys("key-", threads == 1 ? 8 : 30), LAUNCHES, 5, attempt -> Work.chance(60));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, SEVERAL})
    void keysThatComeInterleavedDoNotDisturbEachOther(int threads) {
        Work work = in(threads);
        List<String> keys = keys("key-", threads == 1 ? 5 : 30);
        List<CompletableFuture<Boolean>> launches = new ArrayList<>();
        for (int i = 0; i < LAUNCHES; i++) {
            for (int k = 0; k < keys.size(); k++) {
                // Every third key always fails; of the other keys, every third launch fails.
                boolean succeeds = k % 3 != 0 && (i + k) % 3 != 0;
                launches.add(work.launchUntilSucceeded(keys.get(k), k % 4, 5, attempt -> succeeds));
            }
        }
        await(launches);
        for (int k = 0; k < keys.size(); k++) {
            if (k % 3 != 0) {
                assertSucceededOnce(work, keys.get(k));
            } else {
                assertThat(work.of(keys.get(k)).faults).isEmpty();
                assertThat(resultOf(work.recorder.status(keys.get(k)))).isEqualTo(TaskStatus.FAILED);
            }
        }
    }

    @Test
    void aGreatNumberOfKeysSucceedsOnceEach() {
        launchAll(in(SEVERAL), keys("key-", 3_000), 5, 2, attempt -> Work.chance(60));
    }

    @Test
    void launchesInNumbersFromOneToManySucceedOnce() {
        Work work = in(SEVERAL);
        for (int launches = 1; launches <= 4_096; launches *= 4) {
            launchAll(work, keys("of-" + launches + "-", 3), launches, 2, attempt -> Work.chance(60));
        }
    }

    @Test
    void workOfAnyLengthSucceedsOnce() {
        Work work = in(SEVERAL);
        for (int turns = 0; turns <= 200; turns += 50) {
            launchAll(work, keys("for-" + turns + "-", 10), 20, turns, attempt -> Work.chance(60));
        }
    }
}
