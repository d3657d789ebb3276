// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a user pays for each thing that is tracked, next to what would be written otherwise: medians only. */
final class Costs {

    private static final String JUST = "SubscriptionBenchmark.%s@1[source=just]";
    private static final String IN_GROUP = "GroupSubscriptionBenchmark.%s@";
    private static final String PAIR = "PairBenchmark.%s@";

    private final Results results;
    private final List<List<String>> rows = new ArrayList<>();

    private Costs(Results results) {
        this.results = results;
    }

    static List<List<String>> of(Results results) {
        Costs costs = new Costs(results);
        costs.addSubscriptions();
        costs.addTasks();
        costs.addRecords();
        return costs.rows;
    }

    /** Returns the answer in one paragraph, in whole nanoseconds and bytes. */
    static String summary(Results results) {
        Costs costs = new Costs(results);
        String group = IN_GROUP + "1";
        return """
                **A tracked subscription takes about %s ns and %s bytes more than an untracked one. An element takes about %s ns more. A task of a
                group takes about %s ns and %s bytes, and %s ns with a limit. Recording a key in memory takes %s ns.** Each of these is small next
                to a request over a network. It is not small next to a pipeline of a few nanoseconds, so do not track each element of a
                `flatMap` that computes only.""".formatted(
                        costs.addedTime(JUST.formatted("trackWithTracker"), JUST.formatted("bareSource")),
                        costs.addedBytes(JUST.formatted("trackWithTracker"), JUST.formatted("bareSource")),
                        costs.addedTime("ElementsBenchmark.fluxFusedTrackWith@1", "ElementsBenchmark.fluxFused@1"),
                        costs.addedTime(group.formatted("trackWithGroup"), group.formatted("bare")),
                        costs.addedBytes(group.formatted("trackWithGroup"), group.formatted("bare")),
                        costs.addedTime(group.formatted("trackWithLimitedGroup"), group.formatted("bare")),
                        costs.whole(results.time("RecorderBenchmark.work@1")));
    }

    private void addSubscriptions() {
        String bare = timeAndBytes(JUST.formatted("bareSource"));
        row(
                "a subscription to `Mono.just`",
                bare,
                timeAndBytes(JUST.formatted("trackWithTracker")),
                "`doFinally` and a counter: " + timeAndBytes(JUST.formatted("doFinallyCounting")));
        row("the same, with a name that is listed", bare, timeAndBytes(JUST.formatted("trackWithName")), "–");
        row(
                "an element of a `Flux`",
                time("ElementsBenchmark.fluxFused@1"),
                time("ElementsBenchmark.fluxFusedTrackWith@1"),
                "`doFinally`: " + time("ElementsBenchmark.fluxFusedDoFinally@1"));
    }

    private void addTasks() {
        for (int threads : new int[] {1, 8}) {
            String pair = PAIR + threads;
            row(
                    "a count up and down, " + threads(threads),
                    "–",
                    "token: " + time(pair.formatted("token")),
                    "`AtomicLong`: " + time(pair.formatted("bareWord")) + "; `Phaser`: "
                            + time(pair.formatted("phaser")) + "; RxJava's `CompositeDisposable`: "
                            + time(pair.formatted("compositeDisposable")));
        }
        String one = IN_GROUP + "1";
        row(
                "a task of a group, without a limit",
                timeAndBytes(one.formatted("bare")),
                timeAndBytes(one.formatted("trackWithGroup")),
                "–");
        for (int threads : new int[] {1, 8}) {
            String key = IN_GROUP + threads;
            row(
                    "a task of a group, with a limit, " + threads(threads),
                    time(key.formatted("bare")),
                    time(key.formatted("trackWithLimitedGroup")),
                    "resilience4j's bulkhead: " + time(key.formatted("resilienceBulkhead"))
                            + "; Kotlin's `Semaphore` and a `Job`, without a subscription: "
                            + time(key.formatted("kotlinSemaphoreAndJob")));
        }
    }

    private void addRecords() {
        row(
                "a recorded key, in memory",
                "–",
                timeAndBytes("RecorderBenchmark.work@1"),
                "a `ConcurrentHashMap` of states: " + timeAndBytes("RecorderBenchmark.workByHand@1"));
        row(
                "a recorded key, over Redis, 64 in flight",
                "–",
                time("RedisRecorderBenchmark.record@1"),
                "`SET NX PX` and `SET`: " + time("RedisRecorderBenchmark.setNxAndSet@1"));
    }

    private void row(String what, String without, String with, String otherwise) {
        rows.add(List.of(what, without, with, otherwise));
    }

    private static String threads(int number) {
        return number == 1 ? "1 thread" : number + " threads";
    }

    private String timeAndBytes(String key) {
        return time(key) + ", "
                + results.bytes(key)
                        .map(bytes -> Spread.number(bytes.median()).replaceAll("\\.0+$", ""))
                        .orElse("–")
                + " B";
    }

    private String time(String key) {
        return results.time(key).map(time -> Spread.number(time.median())).orElse("–") + " ns";
    }

    private String addedTime(String key, String base) {
        return difference(results.time(key), results.time(base));
    }

    private String addedBytes(String key, String base) {
        return difference(results.bytes(key), results.bytes(base));
    }

    private String difference(Optional<Spread> one, Optional<Spread> base) {
        return one.flatMap(from -> base.map(less -> String.valueOf(Math.round(from.median() - less.median()))))
                .orElse("–");
    }

    private String whole(Optional<Spread> spread) {
        return spread.map(one -> String.valueOf(Math.round(one.median()))).orElse("–");
    }
}
