// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.util.List;

/** Explains why a result can't be lower, each with the lower bound that was measured. */
final class Limits {

    private static final String PAIR = "PairBenchmark.";
    private static final String ELEMENTS = "ElementsBenchmark.";

    private final Results results;

    private Limits(Results results) {
        this.results = results;
    }

    /** Returns one paragraph for each. */
    static List<String> of(Results results) {
        Limits limits = new Limits(results);
        return List.of(limits.ofTokens(), limits.ofSubscriptions(), limits.ofFusion(), limits.ofHiddenElements());
    }

    private String ofTokens() {
        return """
                **A token ends once.** The first of the terminal signal and a cancel from any thread ends it. That is one
                atomic step more than the two that count, on an object of its own. The least that can do so, on a word that no
                other thread touches, takes %s × the time of two bare `getAndAdd` with 1 thread, %s × on one word with 2, and
                %s × that of `LongAdder`; with 8 threads %s × that of a concurrent set. A token takes %s ×, %s × and %s × the time
                of that least with 1, 2 and 8 threads: so 1.1, 0.5, 1.3 and 0.15 can't be had by what ends once. To get there, a token would have to be ended by one thread only, and an
                operator may be cancelled by any; or the virtual machine would have to give a barrier that only the rare side
                pays for, as the kernel has for its `percpu_ref`.""".formatted(
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
                **`doFinally` makes the same three steps**: two that count, and one by which it runs once. It adds %s ns to
                `Mono.just` and %s ns to a `Mono.never` that is cancelled; the three steps alone, with an object, take %s ns. So half
                of what it adds can't be had by what counts exactly.""".formatted(
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
                **A fused chain does not tell its end.** Its consumer polls, runs the operators upstream in those polls also after
                `onComplete`, and may drop the queue without a cancel. An operator in between cannot count that exactly, so
                `trackWith` is a plain subscriber, to which elements are pushed. Reactor's own `doFinally` is one too; it takes
                %s × the time of the bare chain that is polled, and `trackWith` %s ×. RxJava's `doFinally` is still fused:
                %s × in `Flowable`, %s × in `Observable`.""".formatted(
                        ratio(ELEMENTS + "fluxFusedDoFinally@1", ELEMENTS + "fluxFused@1"),
                        ratio(ELEMENTS + "fluxFusedTrackWith@1", ELEMENTS + "fluxFused@1"),
                        ratio(ELEMENTS + "flowableFusedDoFinally@1", ELEMENTS + "flowableFused@1"),
                        ratio(ELEMENTS + "observableFusedDoFinally@1", ELEMENTS + "observableFused@1"));
    }

    private String ofHiddenElements() {
        return """
                **A second `hide()`** is the one operator that the virtual machine knows already, when it compiles the first: any
                other class in its place makes the calls of `onNext` more of a choice. The smallest one takes %s × the time of a
                second `hide()` in Reactor; `trackWith` takes %s × the time of that smallest.""".formatted(
                        ratio(ELEMENTS + "fluxHideSmallest@1", ELEMENTS + "fluxHideHide@1"),
                        ratio(ELEMENTS + "fluxHideTrackWith@1", ELEMENTS + "fluxHideSmallest@1"));
    }

    private String ratio(String key, String to) {
        return results.ratio(key, to).map(Spread::toString).orElse("–");
    }
}
