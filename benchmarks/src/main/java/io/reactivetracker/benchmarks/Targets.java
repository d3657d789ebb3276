// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The targets, line by line, and the measured results. */
final class Targets {

    private static final String PAIR = "PairBenchmark.";
    private static final String SUBSCRIPTION = "SubscriptionBenchmark.";
    private static final String ELEMENTS = "ElementsBenchmark.";
    private static final String IN_GROUP = "GroupSubscriptionBenchmark.";

    private final Results results;
    private final List<Target> targets = new ArrayList<>();

    private Targets(Results results) {
        this.results = results;
    }

    static List<Target> of(Results results) {
        Targets targets = new Targets(results);
        targets.addPairs();
        targets.addSubscriptions();
        targets.addElements();
        targets.addMany();
        return targets.targets;
    }

    /** The cost of groups, compared with their parts. */
    static List<Target> ofGroups(Results results) {
        Targets targets = new Targets(results);
        targets.addGroups();
        return targets.targets;
    }

    /** The cost of a subscription as a task of a group, compared with peers. */
    static List<Target> ofGroupsNextToPeers(Results results) {
        Targets targets = new Targets(results);
        targets.addGroupsNextToPeers();
        return targets.targets;
    }

    /** The cost of the recorder in memory, compared with a hand-written map. */
    static List<Target> ofRecorder(Results results) {
        Targets targets = new Targets(results);
        targets.addRecorder();
        return targets.targets;
    }

    private void addPairs() {
        String one = "pair through an operator's subscriber, 1 thread";
        addPairRatio(one, "token", "bareWord", 1, "token against two bare `getAndAdd`", 1.1);
        targets.add(Target.ratio(
                one,
                "`trackWith` on `Mono.just` against a no-op operator with two bare `getAndAdd`",
                1.1,
                results.ratio(
                        SUBSCRIPTION + "trackWithTracker@1[source=just]",
                        SUBSCRIPTION + "noOpAndTwoGetAndAdd@1[source=just]")));
        targets.add(Target.forInformation(
                one,
                "token against the limit of a token that is released once (three atomic steps, one object)",
                " ×",
                results.ratio(PAIR + "token@1", PAIR + "ownWordReleasedOnce@1")));
        String two = "the same, 2 threads";
        addPairRatio(two, "token", "bareWord", 2, "token against two bare `getAndAdd` on one word", 0.5);
        addPairRatio(two, "token", "longAdder", 2, "token against `LongAdder`", 1.3);
        String eight = "8 threads";
        addPairRatio(eight, "token", "phaser", 8, "token against `Phaser`", 0.25);
        addPairRatio(eight, "token", "compositeDisposable", 8, "token against `CompositeDisposable`", 0.06);
        addPairRatio(eight, "token", "concurrentSet", 8, "token against a concurrent set", 0.15);
        for (int threads : new int[] {1, 2, 8}) {
            addPairRatio(
                    "after close",
                    "tokenAfterClose",
                    "oneWordToken",
                    threads,
                    "closed tracker against the one-word tracker, threads: " + threads,
                    1.1);
        }
    }

    private void addPairRatio(String what, String key, String to, int threads, String comparison, double limit) {
        targets.add(Target.ratio(
                what, comparison, limit, results.ratio(PAIR + key + "@" + threads, PAIR + to + "@" + threads)));
    }

    private void addSubscriptions() {
        for (SubscriptionSource source : SubscriptionSource.values()) {
            addBytes(source, "noOp", "a no-op operator", 8);
            addBytes(source, "doFinallyCounting", "`doFinally` counting", 0);
        }
        for (SubscriptionSource source : SubscriptionSource.values()) {
            targets.add(Target.ratio(
                    "tracked subscription, time added",
                    source.text + ": `trackWith` against `doFinally` counting, less the bare pipeline",
                    0.5,
                    ratioOfAdded(
                            source.key("trackWithTracker"),
                            source.key("doFinallyCounting"),
                            source.key("bareSource"))));
        }
    }

    private void addBytes(SubscriptionSource source, String to, String name, double limit) {
        Optional<Spread> more = results.bytes(source.key("trackWithTracker"))
                .flatMap(tracked -> results.bytes(source.key(to))
                        .map(other -> new Spread(
                                tracked.median() - other.median(),
                                tracked.least() - other.most(),
                                tracked.most() - other.least())));
        targets.add(Target.bytes(
                "tracked subscription, bytes more", source.text + ": `trackWith` against " + name, limit, more));
    }

    private Optional<Spread> ratioOfAdded(String key, String to, String bare) {
        Optional<Measurement> base = results.of(bare);
        return results.of(key)
                .flatMap(one -> results.of(to)
                        .flatMap(other -> base.map(
                                nothing -> one.minus(nothing).timeWith(other.minus(nothing), (a, b) -> a / b))));
    }

    private void addElements() {
        String[] types = {"flux", "flowable", "observable"};
        String[] names = {"`Flux`", "`Flowable`", "`Observable`"};
        for (int i = 0; i < types.length; i++) {
            targets.add(Target.ratio(
                    "elements, polled without us",
                    names[i] + ": `range.map` tracked, so pushed, against bare and polled",
                    1.4,
                    results.ratio(ELEMENTS + types[i] + "FusedTrackWith@1", ELEMENTS + types[i] + "Fused@1")));
        }
        targets.add(Target.withinSpread(
                "elements, polled without us",
                "`Flux`: tracked against `doFinally`, which Reactor does not fuse either",
                results.ratio(ELEMENTS + "fluxFusedTrackWith@1", ELEMENTS + "fluxFusedDoFinally@1")));
        for (int i = 1; i < types.length; i++) {
            targets.add(Target.forInformation(
                    "elements, polled without us",
                    names[i] + ": tracked against `doFinally`, which RxJava fuses",
                    " ×",
                    results.ratio(ELEMENTS + types[i] + "FusedTrackWith@1", ELEMENTS + types[i] + "FusedDoFinally@1")));
        }
        for (int i = 0; i < types.length; i++) {
            String tracked = ELEMENTS + types[i] + "HideTrackWith@1";
            targets.add(Target.ratio(
                    "elements, pushed",
                    names[i] + ": `trackWith` after `hide()` against another `hide()` in its place",
                    1.0,
                    results.ratio(tracked, ELEMENTS + types[i] + "HideHide@1")));
            targets.add(Target.forInformation(
                    "elements, pushed",
                    names[i] + ": `trackWith` after `hide()` against `hide()` alone, one operator less",
                    " ×",
                    results.ratio(tracked, ELEMENTS + types[i] + "Hide@1")));
        }
        targets.add(Target.forInformation(
                "elements, pushed",
                "`Flux`: tracked against the smallest operator in its place",
                " ×",
                results.ratio(ELEMENTS + "fluxHideTrackWith@1", ELEMENTS + "fluxHideSmallest@1")));
    }

    private void addMany() {
        Double perTask = results.sizes().get(Sizes.PER_TASK);
        targets.add(Target.bytes(
                "1,000,000 live tasks",
                "bytes per task beyond the pipeline's own",
                40,
                Optional.ofNullable(perTask).map(bytes -> new Spread(bytes, bytes, bytes))));
        String linear = "close + drain, linear";
        targets.add(Target.ratio(
                linear,
                "1,000,000 tasks against 10 times 100,000",
                1.5,
                tenth("DrainBenchmark.tasks@1[tasks=1000000]", "DrainBenchmark.tasks@1[tasks=100000]")));
        targets.add(Target.ratio(
                linear,
                "1,000,000 waiters against 10 times 100,000",
                1.5,
                tenth("DrainBenchmark.waiters@1[waiters=1000000]", "DrainBenchmark.waiters@1[waiters=100000]")));
        String named = "named task";
        targets.add(Target.ratio(
                named,
                "against unnamed, none other alive",
                5,
                results.ratio("NamedBenchmark.named@1[alive=0]", "NamedBenchmark.unnamed@1[alive=0]")));
        targets.add(Target.ratio(
                named,
                "with 100,000 others alive against with none",
                1.5,
                results.ratio("NamedBenchmark.named@1[alive=100000]", "NamedBenchmark.named@1[alive=0]")));
    }

    private Optional<Spread> tenth(String key, String to) {
        return results.of(key).flatMap(one -> results.of(to).map(other -> one.timeWith(other, (a, b) -> a / b / 10)));
    }

    /** Compares each benchmark with its parts, with room for its additional work. */
    private void addGroups() {
        addGroup(
                "task",
                "unlimited against a named task with a child token",
                4,
                "unlimited@1",
                "namedTaskAndChildToken@1");
        addGroup("limit, uncontended", "concurrency limit against unlimited", 1.25, "gated@1", "unlimited@1");
        addGroup("limit, queued", "handed over against uncontended", 2.5, "handedOver@1", "gated@1");
        addGroup(
                "limit, contended", "2 threads, one place, against 1 thread", 5, "submittedContended@2", "submitted@1");
        targets.add(Target.ratio(
                "counts",
                "of 100 children against 101 times of none",
                2.5,
                results.of("GroupBenchmark.figures@1[children=100]")
                        .flatMap(one -> results.of("GroupBenchmark.figures@1[children=0]")
                                .map(none -> one.timeWith(none, (a, b) -> a / b / 101)))));
        addGroup("child", "created and closed against one task", 3, "childMadeAndClosed@1", "unlimited@1");
    }

    private void addGroupsNextToPeers() {
        targets.add(Target.ratio(
                "group with a limit, 1 thread",
                "time that it adds against what the bulkhead adds",
                1.8,
                ratioOfAdded(
                        IN_GROUP + "trackWithLimitedGroup@1", IN_GROUP + "resilienceBulkhead@1", IN_GROUP + "bare@1")));
        targets.add(Target.bytes(
                "group with a limit",
                "bytes that it adds",
                160,
                results.bytes(IN_GROUP + "trackWithLimitedGroup@1")
                        .flatMap(group -> results.bytes(IN_GROUP + "bare@1")
                                .map(bare -> new Spread(
                                        group.median() - bare.median(),
                                        group.least() - bare.most(),
                                        group.most() - bare.least())))));
        addInGroup("same group, no limit", "2 threads against 1", 1.3, "trackWithGroup@2", "trackWithGroup@1");
        addInGroup(
                "same limit, 2 threads",
                "against the bulkhead",
                1.3,
                "trackWithLimitedGroup@2",
                "resilienceBulkhead@2");
        addInGroup(
                "same group, no limit, 8 threads",
                "against the bulkhead",
                1.0,
                "trackWithGroup@8",
                "resilienceBulkhead@8");
        addInGroup(
                "same limit, 8 threads",
                "against the bulkhead",
                1.3,
                "trackWithLimitedGroup@8",
                "resilienceBulkhead@8");
        addInGroup("each thread its own child", "2 threads against 1", 1.2, "trackWithChild@2", "trackWithChild@1");
        addInGroup("named task of a tracker", "2 threads against 1", 1.5, "trackWithName@2", "trackWithName@1");
        Double perTask = results.sizes().get(Sizes.PER_GROUP_TASK);
        targets.add(Target.bytes(
                "1,000,000 live tasks of a group",
                "bytes per task beyond the pipeline's own",
                160,
                Optional.ofNullable(perTask).map(bytes -> new Spread(bytes, bytes, bytes))));
    }

    private void addInGroup(String what, String comparison, double limit, String key, String to) {
        targets.add(Target.ratio(what, comparison, limit, results.ratio(IN_GROUP + key, IN_GROUP + to)));
    }

    private void addRecorder() {
        String[] names = {"newKeys", "again", "work"};
        String[] comparisons = {"begin and succeed, new key", "begin and fail, known key", "`record`, new key"};
        for (int i = 0; i < names.length; i++) {
            targets.add(Target.withinSpread(
                    "recorder in memory",
                    comparisons[i] + ": against states by hand",
                    results.ratio(
                            "RecorderBenchmark." + names[i] + "@1", "RecorderBenchmark." + names[i] + "ByHand@1")));
        }
        targets.add(Target.withinSpread(
                "recorder in memory",
                "begin and fail, 2 threads: against states by hand",
                results.ratio("RecorderBenchmark.againByTwo@2", "RecorderBenchmark.againByTwoByHand@2")));
        targets.add(Target.ratio(
                "recorder over Redis, 64 in flight",
                "`record` against `SET NX PX` and `SET`",
                1 / 0.6,
                results.ratio("RedisRecorderBenchmark.record@1", "RedisRecorderBenchmark.setNxAndSet@1")));
    }

    private void addGroup(String what, String comparison, double limit, String key, String to) {
        targets.add(
                Target.ratio(what, comparison, limit, results.ratio("GroupBenchmark." + key, "GroupBenchmark." + to)));
    }
}
