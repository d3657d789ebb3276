// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes a pipeline of a seed: the same one each time. */
final class Generator {

    private static final Kind[] SOURCES = weighted(0, 0);
    private static final Kind[] STEPS = weighted(1, 2);
    private static final Kind[] OURS = {Kind.TRACK, Kind.TRACK, Kind.TRACK, Kind.CANCEL_WITH, Kind.GROUP, Kind.RECORD};
    private static final Fault[] FAULTS = Fault.values();
    private static final Pipeline.Action[] ACTIONS = Pipeline.Action.values();
    private static final Demand[] DEMANDS = Demand.values();

    private final SplittableRandom random;
    private int ids;

    private Generator(long seed) {
        random = new SplittableRandom(seed);
    }

    private static Kind[] weighted(int minInputs, int maxInputs) {
        List<Kind> kinds = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < kind.weight && kind.inputs >= minInputs && kind.inputs <= maxInputs; i++) {
                kinds.add(kind);
            }
        }
        return kinds.toArray(Kind[]::new);
    }

    static Pipeline pipeline(long seed) {
        return new Generator(seed).pipelineOf(seed);
    }

    private Pipeline pipelineOf(long seed) {
        Node root = steps(1 + random.nextInt(8));
        if (!root.anyMatch(node -> node.kind().isOurs())) {
            root = node(OURS[random.nextInt(OURS.length)], List.of(root));
        }
        List<Pipeline.Subscriber> consumers = new ArrayList<>();
        int count = oneIn(4) ? 2 + random.nextInt(2) : 1;
        for (int i = 0; i < count; i++) {
            consumers.add(consumer());
        }
        List<Pipeline.Event> events = new ArrayList<>();
        while (oneIn(3)) {
            events.add(new Pipeline.Event(random.nextInt(8), ACTIONS[random.nextInt(ACTIONS.length)]));
        }
        return new Pipeline(seed, root, consumers, events);
    }

    private Node steps(int budget) {
        if (budget <= 1) {
            return node(SOURCES[random.nextInt(SOURCES.length)], List.of());
        }
        Kind kind = STEPS[random.nextInt(STEPS.length)];
        if (kind.inputs == 1) {
            return node(kind, List.of(steps(budget - 1)));
        }
        int first = 1 + random.nextInt(budget - 1);
        return node(kind, List.of(steps(first), steps(budget - first)));
    }

    private Node node(Kind kind, List<Node> inputs) {
        return new Node(ids++, kind, random.nextInt(6), fault(8), random.nextInt(4), inputs);
    }

    private Pipeline.Subscriber consumer() {
        Demand demand = oneIn(2) ? Demand.UNBOUNDED : DEMANDS[random.nextInt(DEMANDS.length)];
        return new Pipeline.Subscriber(
                oneIn(3) ? random.nextInt(5) : 0, demand, oneIn(4), fault(5), oneIn(6) ? 9 : random.nextInt(4));
    }

    private Fault fault(int oneIn) {
        return oneIn(oneIn) ? FAULTS[1 + random.nextInt(FAULTS.length - 1)] : Fault.NONE;
    }

    private boolean oneIn(int number) {
        return random.nextInt(number) == 0;
    }
}
