// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs random pipelines with our operators, runs them again with no-op operators instead, and compares the runs.
 *
 * <p>{@code -Dfuzz.pipelines=5000000} sets the number of pipelines, {@code -Dfuzz.first=…} the first seed, and {@code
 * -Dfuzz.seed=…} replays a single one. Up to {@code -Dfuzz.differences=3} differences are shown.
 */
public final class Fuzzer {

    /** How strictly two runs are compared. */
    private enum Comparison {
        /** Every event, in order, and the counts at each. */
        EVENTS,
        /** The same, unless the library reports a thrown error differently for each type. */
        EVENTS_UNLESS_LOST,
        /** The events of each step and consumer: these operators may signal a subscription before they subscribe. */
        EVENTS_OF_EACH,
        /** The counts at the end: the reference has no limit. */
        COUNTS
    }

    /** Maximum number of pipelines for which behaviour that the reference leaves open is explained. */
    private static final int MAX_EXPLAINED = 300;

    private final Assembly assembly;
    private final Map<String, Integer> leftOpen = new TreeMap<>();
    private int explained;
    private long subscriptionsLeftOpen;
    private long endless;

    public Fuzzer(Assembly assembly) {
        this.assembly = assembly;
    }

    /** Runs as many pipelines as the properties say, and fails if one differs. */
    public void run(String name, long defaultNumber) {
        Long single = Long.getLong("fuzz.seed");
        if (single != null) {
            System.out.println(name + ": seed " + single + "\n" + Generator.pipeline(single));
            if (difference(Generator.pipeline(single), false) != null) {
                throw new AssertionError(explain(single));
            }
            return;
        }
        long number = Long.getLong("fuzz.pipelines", defaultNumber);
        long first = Long.getLong("fuzz.first", 1);
        System.out.println(name + ": seeds " + first + " to " + (first + number - 1));
        long start = System.nanoTime();
        Map<String, String> differences = differences(first, number);
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%s: %d pipelines, %.0f a second%n", name, number, number / seconds);
        System.out.println(endless + " without an end, stopped and compared up to there");
        System.out.println(subscriptionsLeftOpen + " subscriptions that the reference leaves open, too:");
        leftOpen.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .forEach(entry -> System.out.println("  " + entry.getValue() + " " + entry.getKey()));
        if (!differences.isEmpty()) {
            throw new AssertionError(String.join("\n\n", differences.values()));
        }
    }

    /** Returns the differences, each shape once. */
    private Map<String, String> differences(long first, long number) {
        int max = Integer.getInteger("fuzz.differences", 3);
        Map<String, String> differences = new TreeMap<>();
        for (long seed = first; seed < first + number && differences.size() < max; seed++) {
            Pipeline pipeline = Generator.pipeline(seed);
            if (difference(pipeline, true) != null) {
                Pipeline smallest = smallest(pipeline);
                differences.putIfAbsent(shapeOf(smallest.root()) + faultsOf(smallest), explain(seed));
            }
        }
        return differences;
    }

    /** Returns the first seed whose pipeline differs from the reference; -1 if there is none in that range. */
    public long firstFailure(long first, long number) {
        for (long seed = first; seed < first + number; seed++) {
            if (difference(Generator.pipeline(seed), true) != null) {
                return seed;
            }
        }
        return -1;
    }

    /**
     * Returns the pipeline of a seed with its difference from the reference, and a smaller pipeline that differs too.
     */
    public String explain(long seed) {
        Pipeline pipeline = Generator.pipeline(seed);
        Pipeline smallest = smallest(pipeline);
        return "-Dfuzz.seed=" + seed + " differs from the reference\n" + pipeline + "\n\nor smaller:\n" + smallest
                + "\n" + difference(smallest, false);
    }

    private Pipeline smallest(Pipeline pipeline) {
        return Shrinker.shrink(pipeline, candidate -> difference(candidate, false) != null);
    }

    private static Comparison comparisonOf(Pipeline pipeline) {
        if (pipeline.root().anyMatch(node -> node.kind() == Kind.GROUP && isLimited(node))) {
            return Comparison.COUNTS;
        }
        if (pipeline.uses(Kind.GROUP) || pipeline.uses(Kind.RECORD)) {
            return Comparison.EVENTS_OF_EACH;
        }
        return pipeline.uses(Kind.CANCEL_WITH) ? Comparison.EVENTS_UNLESS_LOST : Comparison.EVENTS;
    }

    private static boolean isLimited(Node group) {
        int limit = World.limitOf(group);
        return limit == 1 || limit == 2;
    }

    /** Returns how a pipeline differs from its reference; null if it does not. */
    private String difference(Pipeline pipeline, boolean explains) {
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler usual = thread.getUncaughtExceptionHandler();
        // Errors thrown by a cancel that has no receiver are reported there.
        thread.setUncaughtExceptionHandler((in, failure) -> {
            if (!World.current().isEndless()) {
                World.current().note(91, World.What.ESCAPED, failure);
            }
        });
        try {
            return differenceInQuiet(pipeline, explains);
        } finally {
            thread.setUncaughtExceptionHandler(usual);
        }
    }

    private String differenceInQuiet(Pipeline pipeline, boolean explains) {
        World reference = new World(pipeline, true);
        World ours = new World(pipeline, false);
        reference.run(assembly);
        ours.run(assembly);
        Comparison comparison = comparisonOf(pipeline);
        if (reference.isEndless() || ours.isEndless()) {
            endless++;
            return comparison == Comparison.EVENTS ? firstDifference(reference, ours) : null;
        }
        String difference = comparison == Comparison.COUNTS || reference.isLost() || ours.isLost()
                ? null
                : difference(reference, ours, comparison);
        if (difference == null) {
            reference.end();
            ours.end();
            difference = difference(reference, ours, comparison);
        }
        if (difference == null && explains && reference.size() > 0) {
            subscriptionsLeftOpen += reference.size();
            explainLeftOpen(pipeline);
        }
        return difference;
    }

    private void explainLeftOpen(Pipeline pipeline) {
        if (explained++ < MAX_EXPLAINED) {
            Pipeline smallest = Shrinker.shrink(pipeline, this::isLeftOpen);
            leftOpen.merge(causeOf(smallest), 1, Integer::sum);
        }
    }

    private boolean isLeftOpen(Pipeline pipeline) {
        World reference = new World(pipeline, true);
        reference.run(assembly);
        reference.end();
        return reference.size() > 0;
    }

    /** Describes the rule violations of a minimal pipeline, and the steps downstream of our operator. */
    private static String causeOf(Pipeline pipeline) {
        StringBuilder cause = new StringBuilder("under ").append(downstreamOfOurs(pipeline.root(), "a consumer"));
        String separator = ": ";
        for (Pipeline.Subscriber consumer : pipeline.consumers()) {
            if (consumer.fault() != Fault.NONE) {
                cause.append(separator).append("consumer: ").append(consumer.fault());
                separator = ", ";
            }
        }
        if (pipeline.root()
                .anyMatch(node -> node.fault().isThrown() && !node.kind().isOurs())) {
            cause.append(separator).append("a callback or source throws");
            separator = ", ";
        }
        for (Script script : Script.values()) {
            if (script.breaksRules()
                    && pipeline.root().anyMatch(node -> node.kind() == Kind.SCRIPT && Script.of(node) == script)) {
                cause.append(separator).append("source: ").append(script);
                separator = ", ";
            }
        }
        return cause.toString();
    }

    private static String downstreamOfOurs(Node node, String downstream) {
        if (node.kind().isOurs()) {
            return downstream;
        }
        for (Node input : node.inputs()) {
            if (input.anyMatch(upstream -> upstream.kind().isOurs())) {
                return downstreamOfOurs(input, node.kind().toString());
            }
        }
        return downstream;
    }

    private static String shapeOf(Node node) {
        StringBuilder shape = new StringBuilder(node.kind().toString());
        if (node.fault() != Fault.NONE) {
            shape.append('[').append(node.fault()).append(']');
        }
        if (node.kind() == Kind.SCRIPT) {
            shape.append('[').append(Script.of(node)).append(']');
        }
        if (!node.inputs().isEmpty()) {
            shape.append('(');
            for (int i = 0; i < node.inputs().size(); i++) {
                shape.append(i == 0 ? "" : ", ").append(shapeOf(node.inputs().get(i)));
            }
            shape.append(')');
        }
        return shape.toString();
    }

    private static String faultsOf(Pipeline pipeline) {
        StringBuilder faults = new StringBuilder();
        for (Pipeline.Subscriber consumer : pipeline.consumers()) {
            if (consumer.fault() != Fault.NONE) {
                faults.append(" consumer: ").append(consumer.fault());
            }
        }
        return faults.toString();
    }

    private static String difference(World reference, World ours, Comparison comparison) {
        List<String> breaches = ours.breaches();
        if (!breaches.isEmpty()) {
            return breaches.toString();
        }
        if (comparison != Comparison.EVENTS && (reference.isLost() || ours.isLost())) {
            return differenceOfWhatIsLeft(reference, ours);
        }
        if (comparison != Comparison.COUNTS && ours.recording() != reference.recording()) {
            return "records under way: " + ours.recording() + " instead of " + reference.recording()
                    + whole(reference, ours);
        }
        return switch (comparison) {
            case EVENTS, EVENTS_UNLESS_LOST -> firstDifference(reference, ours);
            case EVENTS_OF_EACH -> {
                String events = differenceOfEach(reference, ours);
                // After a violation nothing need be cancelled; but equal events must give equal counts.
                if (events == null) {
                    yield differenceOfCounts(reference, ours);
                }
                yield reference.isBroken() ? null : events;
            }
            case COUNTS -> differenceOfWhatIsLeft(reference, ours);
        };
    }

    private static String differenceOfWhatIsLeft(World reference, World ours) {
        if (reference.isBroken() || ours.isBroken()) {
            return null;
        }
        if (ours.hasCancelThrown() && !reference.hasCancelThrown()) {
            // A task that waits for a limit may be cancelled where the reference has ended.
            return null;
        }
        if (ours.size() > 0 && reference.size() == 0) {
            return "still counted: " + ours.size() + whole(reference, ours);
        }
        return ours.recording() > 0 && reference.recording() == 0
                ? "records still under way: " + ours.recording() + whole(reference, ours)
                : null;
    }

    private static String firstDifference(World reference, World ours) {
        int events = Math.max(reference.events(), ours.events());
        for (int i = 0; i < events; i++) {
            if (i >= reference.events() || i >= ours.events() || reference.event(i) != ours.event(i)) {
                return "the first difference is in line " + i + whole(reference, ours);
            }
        }
        return reference.isEndless() ? null : differenceOfCounts(reference, ours);
    }

    private static String differenceOfCounts(World reference, World ours) {
        return reference.size() == ours.size()
                ? null
                : "counted at the end: " + ours.size() + " instead of " + reference.size() + whole(reference, ours);
    }

    private static String differenceOfEach(World reference, World ours) {
        List<Long> expected = sortedByStep(reference);
        List<Long> actual = sortedByStep(ours);
        return expected.equals(actual) ? null : "the events of a step differ" + whole(reference, ours);
    }

    /** Without demand: an element that arrives while earlier demand is being met is passed on later, or too late. */
    private static List<Long> sortedByStep(World world) {
        List<Long> events = new ArrayList<>();
        for (int i = 0; i < world.events(); i++) {
            long event = world.event(i);
            if (World.whatOf(event) != World.What.REQUESTED) {
                events.add(event & ~(0xFFFFL << 32));
            }
        }
        events.sort(Comparator.comparingLong(event -> event >>> 56));
        return events;
    }

    private static String whole(World reference, World ours) {
        StringBuilder lines = new StringBuilder();
        int events = Math.max(reference.events(), ours.events());
        for (int i = 0; i < Math.min(events, 150); i++) {
            String expected = i < reference.events() ? reference.describe(i) : "";
            String actual = i < ours.events() ? ours.describe(i) : "";
            lines.append(String.format("%n  %s %-58s %s", expected.equals(actual) ? " " : "*", expected, actual));
        }
        return lines.toString();
    }
}
