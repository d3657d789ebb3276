// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Runs random pipelines in real threads, with our operators and without them, and compares the results that do not
 * depend on the order of events.
 *
 * <p>The sources keep the rules, and each pipeline ends. Therefore with our operators every consumer receives one
 * terminal signal, every count returns to zero, every task of a group has one outcome, and no record keeps running. In
 * half of the pipelines nothing fails or is cancelled: in these, no step of a tracked subscription may run after the
 * tracker has drained.
 *
 * <p>{@code -Dfuzz.threads.pipelines=200000} sets the number of pipelines, {@code -Dfuzz.threads.first=…} the first
 * seed.
 */
public final class ThreadFuzzer {

    private final Assembly assembly;
    private long hanging;

    public ThreadFuzzer(Assembly assembly) {
        this.assembly = assembly;
    }

    /** Runs as many pipelines as the properties say, and fails if one violates a property. */
    public void run(String name, long defaultNumber) {
        long number = Long.getLong("fuzz.threads.pipelines", defaultNumber);
        long first = Long.getLong("fuzz.threads.first", 1);
        System.out.println(name + " in threads: seeds " + first + " to " + (first + number - 1));
        long start = System.nanoTime();
        List<String> failures = new ArrayList<>();
        for (long seed = first; seed < first + number && failures.size() < 3; seed++) {
            String failure = failure(Generator.forThreads(seed));
            if (failure != null) {
                failures.add(failure);
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%s in threads: %d pipelines, %.0f a second%n", name, number, number / seconds);
        System.out.println(hanging + " pipelines that hang without us");
        if (!failures.isEmpty()) {
            throw new AssertionError(String.join("\n\n", failures));
        }
    }

    /** Returns the first failure that contains the given text; null if none does. */
    public String firstFailure(long first, long number, String words) {
        for (long seed = first; seed < first + number; seed++) {
            String failure = failure(Generator.forThreads(seed));
            if (failure != null && failure.contains(words)) {
                return failure;
            }
        }
        return null;
    }

    private String failure(Pipeline pipeline) {
        World bare = new World(pipeline, true, new RealThreads());
        bare.runInThreads(assembly, Set.of());
        boolean endsWithoutUs = bare.hanging() == 0 && !bare.isEndless();
        bare.endInThreads();
        if (!endsWithoutUs) {
            hanging++;
        }
        World ours = new World(pipeline, false, new RealThreads());
        ours.runInThreads(assembly, pipeline.isPlain() ? idsUpstreamOf(pipeline.root()) : Set.of());
        List<String> failures = new ArrayList<>();
        if (ours.isEndless()) {
            return null;
        }
        if (endsWithoutUs && ours.hanging() > 0 && !ours.isExhausted()) {
            failures.add(ours.hanging() + " consumers hang");
        }
        ours.endInThreads();
        failures.addAll(ours.breaches());
        if (ours.size() > 0) {
            failures.add("still counted: " + ours.size());
        }
        if (ours.recording() > 0) {
            failures.add("records still under way: " + ours.recording());
        }
        if (!ours.isDrained()) {
            failures.add("the tracker has not drained");
        }
        return failures.isEmpty() ? null : "seed " + pipeline.seed() + ": " + failures + "\n" + pipeline;
    }

    private static Set<Integer> idsUpstreamOf(Node root) {
        Set<Integer> ids = new HashSet<>();
        for (Node input : root.inputs()) {
            ids.add(input.id());
            ids.addAll(idsUpstreamOf(input));
        }
        return ids;
    }
}
