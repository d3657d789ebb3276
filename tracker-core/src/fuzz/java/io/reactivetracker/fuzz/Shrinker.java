// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Makes a pipeline smaller, step by step, while a condition holds. */
final class Shrinker {

    private Shrinker() {}

    static Pipeline shrink(Pipeline pipeline, Predicate<Pipeline> condition) {
        Pipeline smallest = pipeline;
        for (boolean found = true; found; ) {
            found = false;
            for (Pipeline candidate : smaller(smallest)) {
                if (condition.test(candidate)) {
                    smallest = candidate;
                    found = true;
                    break;
                }
            }
        }
        return smallest;
    }

    private static List<Pipeline> smaller(Pipeline from) {
        List<Pipeline> candidates = new ArrayList<>();
        for (Node root : smaller(from.root())) {
            candidates.add(new Pipeline(from.seed(), root, from.consumers(), from.events()));
        }
        for (int i = 0; i < from.consumers().size(); i++) {
            Pipeline.Subscriber consumer = from.consumers().get(i);
            if (from.consumers().size() > 1) {
                candidates.add(new Pipeline(from.seed(), from.root(), without(from.consumers(), i), from.events()));
            }
            List<Pipeline.Subscriber> plain = new ArrayList<>(from.consumers());
            plain.set(i, new Pipeline.Subscriber(0, Demand.UNBOUNDED, false, consumer.fault(), consumer.at()));
            addIfNew(candidates, from, plain);
            plain = new ArrayList<>(from.consumers());
            plain.set(
                    i,
                    new Pipeline.Subscriber(consumer.time(), consumer.demand(), consumer.conditional(), Fault.NONE, 0));
            addIfNew(candidates, from, plain);
        }
        for (int i = 0; i < from.events().size(); i++) {
            candidates.add(new Pipeline(from.seed(), from.root(), from.consumers(), without(from.events(), i)));
        }
        return candidates;
    }

    private static void addIfNew(List<Pipeline> candidates, Pipeline from, List<Pipeline.Subscriber> consumers) {
        if (!consumers.equals(from.consumers())) {
            candidates.add(new Pipeline(from.seed(), from.root(), consumers, from.events()));
        }
    }

    private static <T> List<T> without(List<T> list, int index) {
        List<T> rest = new ArrayList<>(list);
        rest.remove(index);
        return rest;
    }

    private static List<Node> smaller(Node from) {
        List<Node> candidates = new ArrayList<>(from.inputs());
        for (int i = 0; i < from.inputs().size(); i++) {
            for (Node input : smaller(from.inputs().get(i))) {
                List<Node> inputs = new ArrayList<>(from.inputs());
                inputs.set(i, input);
                candidates.add(from.with(inputs));
            }
        }
        if (from.inputs().isEmpty() && from.kind() != Kind.JUST && from.kind() != Kind.EMPTY) {
            candidates.add(new Node(from.id(), Kind.JUST, 0, Fault.NONE, 0, List.of()));
        }
        if (from.fault() != Fault.NONE) {
            candidates.add(from.withoutFault());
        }
        if (from.at() > 0) {
            candidates.add(new Node(from.id(), from.kind(), from.size(), from.fault(), from.at() - 1, from.inputs()));
        }
        if (from.size() > 0 && from.kind() != Kind.GROUP) {
            candidates.add(from.withSize(from.size() - 1));
        }
        return candidates;
    }
}
