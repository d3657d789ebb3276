// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.util.List;

/** Explains why a result can't be lower, each with the lower bound that was measured. */
final class Limits {

    private static final String PAIR = "PairBenchmark.";
    private static final String ELEMENTS = "ElementsBenchmark.";
    private static final String IN_GROUP = "GroupSubscriptionBenchmark.";

    /** Measured once by hand, with one step of a task left out at a time. */
    private static final int NANOS_OF_A_TASK = 60;

    private static final int NANOS_OF_LOCKS = 19;
    private static final int NANOS_OF_ATOMIC_STEPS = 25;

    private final Results results;

    private Limits(Results results) {
        this.results = results;
    }

    /** Returns one paragraph for each. */
    static List<String> of(Results results) {
        Limits limits = new Limits(results);
        return List.of(
                limits.ofTokens(),
                limits.ofSubscriptions(),
                limits.ofFusion(),
                limits.ofHiddenElements(),
                limits.ofNearMisses());
    }

    /** Returns one paragraph for each reason why a task of a group takes longer than its target. */
    static List<String> ofGroups(Results results) {
        Limits limits = new Limits(results);
        return List.of(
                limits.ofOneTask(), limits.ofSharing(), limits.ofListsOfNames(), limits.ofQueues(), limits.ofChange());
    }

    private String ofOneTask() {
        double bare = median(IN_GROUP + "bare@1");
        double group = median(IN_GROUP + "trackWithLimitedGroup@1") - bare;
        double bulkhead = median(IN_GROUP + "resilienceBulkhead@1") - bare;
        return """
                **One task keeps more than a bulkhead does.** With a limit and 1 thread a task adds %d ns, the bulkhead %d ns: %s × of a target of 1.8.
                The bulkhead takes and releases a permit of a `Semaphore`. A task of a group is also on the list of its group, has a state, is counted
                by its outcome, and ends exactly once although a cancel may come from any thread. Two small locks take %d of %d ns of a task, and a
                dozen atomic steps take %d ns; this was measured on one task, step by step. Without the two locks about %d ns would be left, where the target allows
                %d ns. The rest would have to come from the atomic steps.""".formatted(
                Math.round(group),
                Math.round(bulkhead),
                ratioOfAdded(
                        IN_GROUP + "trackWithLimitedGroup@1", IN_GROUP + "resilienceBulkhead@1", IN_GROUP + "bare@1"),
                NANOS_OF_LOCKS,
                NANOS_OF_A_TASK,
                NANOS_OF_ATOMIC_STEPS,
                Math.round(group - NANOS_OF_LOCKS),
                Math.round(1.8 * bulkhead));
    }

    private String ofSharing() {
        return """
                **Two threads share words.** The bare pipeline itself takes %s × the time with 2 threads, although it shares nothing that is written: no ratio of a group
                can be much below that. The same group takes %s × (target 1.3); a group of its own for each thread takes %s × (target 1.2).
                Threads of one group share the word of its limit and the stripes of its counts. On this machine these times have two modes, which
                shows in their ranges. A likely reason is that words of two threads share a cache line. Against the bulkhead, which shares one word, a
                limit takes %s × with 2 threads (target 1.3) and %s × with 8 threads (target 1.3); without a limit, 8 threads take %s × (target 1.0).""".formatted(
                        Spread.number(median(IN_GROUP + "bare@2") / median(IN_GROUP + "bare@1")),
                        ratio(IN_GROUP + "trackWithGroup@2", IN_GROUP + "trackWithGroup@1"),
                        ratio(IN_GROUP + "trackWithChild@2", IN_GROUP + "trackWithChild@1"),
                        ratio(IN_GROUP + "trackWithLimitedGroup@2", IN_GROUP + "resilienceBulkhead@2"),
                        ratio(IN_GROUP + "trackWithLimitedGroup@8", IN_GROUP + "resilienceBulkhead@8"),
                        ratio(IN_GROUP + "trackWithGroup@8", IN_GROUP + "resilienceBulkhead@8"));
    }

    private String ofListsOfNames() {
        return """
                **A named task of a tracker** takes %s × with 2 threads (target 1.5). It enters and leaves a list under the lock of a stripe. There is one
                stripe until threads contend, so the first contention is paid for.""".formatted(ratio(IN_GROUP + "trackWithName@2", IN_GROUP + "trackWithName@1"));
    }

    private String ofQueues() {
        return """
                **A queued task changes threads.** A task that waits for its permit is granted by the thread that releases one, and runs on the group's
                executor. That costs %s × an uncontended task (target 2.5), and with two threads and one place %s × (target 5). A body that runs on
                the releasing thread would be faster. It could also block that thread, or recurse, so the library does not do it. A child group costs
                %s × a task (target 3): it has two trackers and its own stripes.""".formatted(
                        ratio("GroupBenchmark.handedOver@1", "GroupBenchmark.gated@1"),
                        ratio("GroupBenchmark.submittedContended@2", "GroupBenchmark.submitted@1"),
                        ratio("GroupBenchmark.childMadeAndClosed@1", "GroupBenchmark.unlimited@1"));
    }

    private String ofChange() {
        return """
                **What would have to change.** A table of slots in place of the list under a lock: a task takes a slot by one atomic step, and a reader walks
                the table. The state of the task and its count would be one word of that slot, so that its end remains one step. Words that two threads write would need padding
                against sharing of cache lines, at 128 bytes each. What must stay: counts that add up at every instant, a cancel that misses no task,
                and an end that happens exactly once. This is not done yet; the targets stay open.""";
    }

    private double median(String key) {
        return results.time(key).map(Spread::median).orElse(Double.NaN);
    }

    private String ratioOfAdded(String key, String to, String bare) {
        return results.of(key)
                .flatMap(one -> results.of(to)
                        .flatMap(other -> results.of(bare)
                                .map(nothing -> one.minus(nothing).timeWith(other.minus(nothing), (a, b) -> a / b))))
                .map(Spread::toString)
                .orElse("–");
    }

    private String ofTokens() {
        return """
                **A token ends once.** The first of the terminal signal and a cancel from any thread ends it. That is one atomic step more than
                the two steps that count, and it needs an object of its own. The smallest program that does so, on a word that no other thread
                touches, takes %s × the time of two bare `getAndAdd` with 1 thread, and %s × on one word with 2 threads. It takes %s × the time of
                `LongAdder`, and with 8 threads %s × that of a concurrent set. A token takes %s ×, %s × and %s × the time of this smallest program with
                1, 2 and 8 threads. So nothing that ends once can reach 1.1 with 1 thread. The targets 0.5, 1.3 and 0.15 leave little room above this smallest
                program. To go lower, only one thread could end a token, but any thread may cancel an operator. Or the virtual machine would need a
                barrier that only the rare side pays for, as the Linux kernel has for its `percpu_ref`.""".formatted(
                        ratio(PAIR + "ownWordReleasedOnce@1", PAIR + "bareWord@1"),
                        ratio(PAIR + "ownWordReleasedOnce@2", PAIR + "bareWord@2"),
                        ratio(PAIR + "ownWordReleasedOnce@2", PAIR + "longAdder@2"),
                        ratio(PAIR + "ownWordReleasedOnce@8", PAIR + "concurrentSet@8"),
                        ratio(PAIR + "token@1", PAIR + "ownWordReleasedOnce@1"),
                        ratio(PAIR + "token@2", PAIR + "ownWordReleasedOnce@2"),
                        ratio(PAIR + "token@8", PAIR + "ownWordReleasedOnce@8"));
    }

    private String ofSubscriptions() {
        return """
                **`doFinally` makes the same three steps**: two that count, and one that lets it run once. It adds %s ns to `Mono.just` and %s ns to a
                `Mono.never` that is cancelled. The three steps alone, with an object, take %s ns. So nothing that counts exactly can add half of
                what `doFinally` adds.""".formatted(
                        addedByDoFinally(SubscriptionSource.JUST),
                        addedByDoFinally(SubscriptionSource.NEVER),
                        results.time(PAIR + "ownWordReleasedOnce@1")
                                .map(Spread::toString)
                                .orElse("–"));
    }

    private String addedByDoFinally(SubscriptionSource source) {
        return results.of(source.key("doFinallyCounting"))
                .flatMap(counting -> results.of(source.key("bareSource")).map(counting::minus))
                .map(added -> added.time().toString())
                .orElse("–");
    }

    private String ofFusion() {
        return """
                **A fused chain does not report its end.** Its consumer polls. In those polls it runs operators upstream, also after `onComplete`, and
                it may drop the queue without a cancel. An operator in between cannot count that exactly. So `trackWith` is a plain subscriber, to
                which elements are pushed. Reactor's own `doFinally` is one too. It takes %s × the time of the bare chain that is polled, and
                `trackWith` %s ×. RxJava's `doFinally` is still fused: %s × in `Flowable`, %s × in `Observable`.""".formatted(
                        ratio(ELEMENTS + "fluxFusedDoFinally@1", ELEMENTS + "fluxFused@1"),
                        ratio(ELEMENTS + "fluxFusedTrackWith@1", ELEMENTS + "fluxFused@1"),
                        ratio(ELEMENTS + "flowableFusedDoFinally@1", ELEMENTS + "flowableFused@1"),
                        ratio(ELEMENTS + "observableFusedDoFinally@1", ELEMENTS + "observableFused@1"));
    }

    private String ofHiddenElements() {
        return """
                **A second `hide()`** is an operator that the virtual machine knows already when it compiles the first one. Any other class in its
                place gives the calls of `onNext` one more possible target. The smallest such operator takes %s × the time of a second `hide()` in
                Reactor. `trackWith` takes %s × the time of that smallest operator.""".formatted(
                        ratio(ELEMENTS + "fluxHideSmallest@1", ELEMENTS + "fluxHideHide@1"),
                        ratio(ELEMENTS + "fluxHideTrackWith@1", ELEMENTS + "fluxHideSmallest@1"));
    }

    private String ofNearMisses() {
        return """
                **Some targets are missed by less than the spread of the machine.** A closed tracker with 1 thread takes %s × (target 1.1). A tracked
                `range.map` takes %s × in `Flux` and %s × in `Observable` (target 1.4). Against `CompositeDisposable` a token takes
                %s × (target 0.06).""".formatted(
                        ratio(PAIR + "tokenAfterClose@1", PAIR + "oneWordToken@1"),
                        ratio(ELEMENTS + "fluxFusedTrackWith@1", ELEMENTS + "fluxFused@1"),
                        ratio(ELEMENTS + "observableFusedTrackWith@1", ELEMENTS + "observableFused@1"),
                        ratio(PAIR + "token@8", PAIR + "compositeDisposable@8"));
    }

    private String ratio(String key, String to) {
        return results.ratio(key, to).map(Spread::toString).orElse("–");
    }
}
