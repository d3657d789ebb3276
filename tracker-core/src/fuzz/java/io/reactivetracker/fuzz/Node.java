// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A step of a random pipeline, and what is upstream of it.
 *
 * @param id its number in the pipeline
 * @param kind what it does
 * @param size how many elements, attempts or the like
 * @param fault what goes wrong in it
 * @param at the element at which that goes wrong
 * @param inputs what is upstream of it
 */
public record Node(int id, Kind kind, int size, Fault fault, int at, List<Node> inputs) {

    public Node input() {
        return inputs.get(0);
    }

    public Node second() {
        return inputs.get(1);
    }

    /** Returns the type that a step of ours has where a library has several: a number below 8. */
    public int type() {
        return (id * 5 + size * 3 + at) % 8;
    }

    /** Returns whether a step takes the first element of what it is given, and cancels that. */
    boolean takesFirst() {
        if (kind.isOurs()) {
            return at == 0 || type() == 1 || type() == 2;
        }
        return kind == Kind.CONCAT_MAP && at == 3;
    }

    boolean anyMatch(Predicate<Node> condition) {
        if (condition.test(this)) {
            return true;
        }
        for (Node input : inputs) {
            if (input.anyMatch(condition)) {
                return true;
            }
        }
        return false;
    }

    Node with(List<Node> newInputs) {
        return new Node(id, kind, size, fault, at, newInputs);
    }

    Node withoutFault() {
        return new Node(id, kind, size, Fault.NONE, at, inputs);
    }

    Node withSize(int newSize) {
        return new Node(id, kind, newSize, fault, at, inputs);
    }

    @Override
    public String toString() {
        String upstream = inputs.stream().map(Node::toString).collect(Collectors.joining(", "));
        return kind + "#" + id + "[" + size + (fault == Fault.NONE ? "" : ", " + fault) + (at == 0 ? "" : " at " + at)
                + "]" + (inputs.isEmpty() ? "" : "(" + upstream + ")");
    }
}
