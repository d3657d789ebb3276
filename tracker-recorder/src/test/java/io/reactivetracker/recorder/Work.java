// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Runs tasks for many keys in a thread pool and keeps its own account, to compare with the records.
 *
 * <p>Work takes turns instead of time: it goes to the end of the pool's queue again and again, so that other work runs
 * in between.
 */
final class Work implements AutoCloseable {

    final TaskRecorder<String> recorder = TaskRecorder.create();

    private final ExecutorService pool;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    Work(int threads) {
        this.pool = Executors.newFixedThreadPool(threads);
    }

    /** Observations of one key. */
    static final class Seen {
        final AtomicInteger starts = new AtomicInteger();
        final AtomicInteger successes = new AtomicInteger();
        final AtomicInteger refusals = new AtomicInteger();

        /** Number of tasks at work: never more than one. */
        private final AtomicInteger inside = new AtomicInteger();

        final List<String> faults = Collections.synchronizedList(new ArrayList<>());
    }

    Seen of(String key) {
        return seen.computeIfAbsent(key, unused -> new Seen());
    }

    /** Passes through the pool's queue {@code number} times, then gives the outcome. */
    CompletableFuture<String> turns(int number, boolean succeeds) {
        CompletableFuture<String> end = new CompletableFuture<>();
        turn(number, () -> {
            if (succeeds) {
                end.complete("done");
            } else {
                end.completeExceptionally(new IllegalStateException("failed"));
            }
        });
        return end;
    }

    private void turn(int left, Runnable last) {
        pool.execute(left == 0 ? last : () -> turn(left - 1, last));
    }

    /** Launches once: refused, or run for a number of turns. The observations are kept. */
    CompletableFuture<String> launch(String key, int turns, Predicate<RecordContext<String>> succeeds) {
        CompletableFuture<String> launched = CompletableFuture.completedFuture(key)
                .thenComposeAsync(
                        same -> recorder.record(key, attempt -> attempt(key, attempt, turns, succeeds)), pool);
        return launched.whenComplete((value, failure) -> {
            if (failure != null && unwrapped(failure) instanceof TaskAlreadyRecordedException) {
                of(key).refusals.incrementAndGet();
            }
        });
    }

    private CompletionStage<String> attempt(
            String key, RecordContext<String> attempt, int turns, Predicate<RecordContext<String>> succeeds) {
        Seen ofKey = of(key);
        ofKey.starts.incrementAndGet();
        if (ofKey.successes.get() > 0) {
            ofKey.faults.add("started after a success");
        }
        if (ofKey.inside.incrementAndGet() > 1) {
            ofKey.faults.add("two at a time");
        }
        boolean isSuccess = succeeds.test(attempt);
        return turns(turns, isSuccess).whenComplete((value, failure) -> {
            ofKey.inside.decrementAndGet();
            if (failure == null && ofKey.successes.incrementAndGet() > 1) {
                ofKey.faults.add("succeeded twice");
            }
        });
    }

    /** Launches until any launch has succeeded, up to the allowed number of times. */
    CompletableFuture<Boolean> launchUntilSucceeded(
            String key, int turns, int launches, Predicate<RecordContext<String>> succeeds) {
        return launch(key, turns, succeeds).handle((value, failure) -> failure).thenCompose(failure -> {
            Throwable reason = failure == null ? null : unwrapped(failure);
            if (reason == null
                    || (reason instanceof TaskAlreadyRecordedException refusal
                            && refusal.status() == TaskStatus.SUCCEEDED)) {
                return CompletableFuture.completedFuture(true);
            }
            return launches == 1
                    ? CompletableFuture.completedFuture(false)
                    : recorder.whenSettled(key)
                            .thenComposeAsync(
                                    settled -> launchUntilSucceeded(key, turns, launches - 1, succeeds), pool);
        });
    }

    ExecutorService pool() {
        return pool;
    }

    static int random(int from, int to) {
        return ThreadLocalRandom.current().nextInt(from, to + 1);
    }

    static boolean chance(int percent) {
        return ThreadLocalRandom.current().nextInt(100) < percent;
    }

    /** Fails the first {@code times} attempts. */
    static Predicate<RecordContext<String>> failingFirst(int times) {
        AtomicLong left = new AtomicLong(times);
        return attempt -> left.getAndDecrement() <= 0;
    }

    static <T> List<T> await(List<CompletableFuture<T>> futures) {
        CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .orTimeout(2, TimeUnit.MINUTES)
                .join();
        return futures.stream().map(CompletableFuture::join).toList();
    }

    static List<String> keys(String prefix, int number) {
        return IntStream.range(0, number).mapToObj(i -> prefix + i).toList();
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
