// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Generates a pipeline from a seed, always the same one. */
final class Generator {

    private static final Kind[] SOURCES = weighted(0, 0);
    private static final Kind[] STEPS = weighted(1, 2);
    private static final Kind[] OURS = {Kind.TRACK, Kind.TRACK, Kind.TRACK, Kind.CANCEL_WITH, Kind.GROUP, Kind.RECORD};
    private static final Fault[] FAULTS = Fault.values();
    private static final Pipeline.Action[] ACTIONS = Pipeline.Action.values();
    private static final Demand[] DEMANDS = Demand.values();

    /** Steps that may keep a pipeline from ending, alone or where signals meet. */
    private static final Set<Kind> ENDLESS =
            EnumSet.of(Kind.NEVER, Kind.REF_COUNT, Kind.REPLAY, Kind.GROUP_BY, Kind.ON_ERROR_CONTINUE);

    /** Steps that cancel nothing that still runs, do nothing after their last signal, and need no request in time. */
    private static final Set<Kind> PLAIN = EnumSet.of(
            Kind.RANGE,
            Kind.LIST,
            Kind.JUST,
            Kind.CALL,
            Kind.EMPTY,
            Kind.SCRIPT,
            Kind.CREATE,
            Kind.GENERATE,
            Kind.MAP,
            Kind.FILTER,
            Kind.SKIP,
            Kind.DISTINCT,
            Kind.SCAN,
            Kind.REDUCE,
            Kind.PUBLISH_ON,
            Kind.SUBSCRIBE_ON,
            Kind.DELAY,
            Kind.FLAT_MAP_ITERABLE,
            Kind.BUFFER,
            Kind.REPEAT,
            Kind.DEFER,
            Kind.LIMIT_RATE,
            Kind.BACKPRESSURE_BUFFER,
            Kind.PARALLEL,
            Kind.MATERIALIZE,
            Kind.CONTEXT_WRITE,
            Kind.HIDE,
            Kind.FLAT_MAP,
            Kind.CONCAT_MAP,
            Kind.MERGE,
            Kind.CONCAT,
            Kind.SWITCH_IF_EMPTY,
            Kind.TRACK,
            Kind.CANCEL_WITH,
            Kind.GROUP,
            Kind.RECORD);

    private final SplittableRandom random;
    private final boolean isForThreads;
    private final boolean isPlain;
    private int ids;

    private Generator(long seed, boolean isForThreads) {
        random = new SplittableRandom(seed);
        this.isForThreads = isForThreads;
        isPlain = isForThreads && seed % 2 == 0;
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
        return new Generator(seed, false).pipelineOf(seed);
    }

    /** Generates a pipeline that ends in any order of events; with an even seed, nothing fails in it. */
    static Pipeline forThreads(long seed) {
        return new Generator(seed, true).pipelineOf(seed);
    }

    private Pipeline pipelineOf(long seed) {
        Node root = steps(1 + random.nextInt(8));
        if (!root.anyMatch(node -> node.kind().isOurs())) {
            root = node(OURS[random.nextInt(OURS.length)], List.of(root));
        }
        if (isPlain) {
            root = node(Kind.TRACK, List.of(root));
            // A consumer that would poll a queue if it received one.
            root = oneIn(2) ? node(Kind.PUBLISH_ON, List.of(root)) : root;
        }
        List<Pipeline.Subscriber> consumers = new ArrayList<>();
        int count = oneIn(4) ? 2 + random.nextInt(2) : 1;
        for (int i = 0; i < count; i++) {
            consumers.add(consumer());
        }
        List<Pipeline.Event> events = new ArrayList<>();
        while (!isPlain && oneIn(3)) {
            events.add(new Pipeline.Event(random.nextInt(8), ACTIONS[random.nextInt(ACTIONS.length)]));
        }
        return new Pipeline(seed, root, consumers, events);
    }

    private Node steps(int budget) {
        if (budget <= 1) {
            return node(oneOf(SOURCES), List.of());
        }
        Kind kind = oneOf(STEPS);
        if (kind.inputs == 1) {
            return node(kind, List.of(steps(budget - 1)));
        }
        int first = 1 + random.nextInt(budget - 1);
        return node(kind, List.of(steps(first), steps(budget - first)));
    }

    private Kind oneOf(Kind[] kinds) {
        Kind kind = kinds[random.nextInt(kinds.length)];
        while (isPlain ? !PLAIN.contains(kind) : isForThreads && ENDLESS.contains(kind)) {
            kind = kinds[random.nextInt(kinds.length)];
        }
        return kind;
    }

    private Node node(Kind kind, List<Node> inputs) {
        Node node = new Node(ids++, kind, random.nextInt(6), fault(8), random.nextInt(4), inputs);
        while (isPlain && node.takesFirst()) {
            node = new Node(node.id(), kind, random.nextInt(6), Fault.NONE, random.nextInt(4), inputs);
        }
        return node;
    }

    private Pipeline.Subscriber consumer() {
        Demand demand = oneIn(2) ? Demand.UNBOUNDED : DEMANDS[random.nextInt(DEMANDS.length)];
        if (isForThreads) {
            demand = oneIn(2) ? Demand.UNBOUNDED : Demand.ONE_BY_ONE;
        }
        Fault fault = fault(5);
        return new Pipeline.Subscriber(
                oneIn(3) ? random.nextInt(5) : 0,
                demand,
                oneIn(4),
                isForThreads && fault.isThrown() ? Fault.NONE : fault,
                oneIn(6) ? 9 : random.nextInt(4));
    }

    private Fault fault(int oneIn) {
        Fault fault = oneIn(oneIn) ? FAULTS[1 + random.nextInt(FAULTS.length - 1)] : Fault.NONE;
        // Reactor does not pass on an error that is not an exception, wherever it is thrown.
        boolean isError = fault == Fault.THROW_FATAL || fault == Fault.THROW_ERROR;
        return isPlain || (isForThreads && isError) ? Fault.NONE : fault;
    }

    private boolean oneIn(int number) {
        return random.nextInt(number) == 0;
    }
}
