// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A step of a random pipeline, with the steps upstream of it.
 *
 * @param id its number in the pipeline
 * @param kind the kind of step
 * @param size the number of elements, attempts or similar
 * @param fault the fault in it
 * @param at the element at which the fault occurs
 * @param inputs the upstream steps
 */
public record Node(int id, Kind kind, int size, Fault fault, int at, List<Node> inputs) {

    public Node input() {
        return inputs.get(0);
    }

    public Node second() {
        return inputs.get(1);
    }

    /** Returns the type of one of our steps where a library has several: a number below 8. */
    public int type() {
        return (id * 5 + size * 3 + at) % 8;
    }

    /** Returns whether a step takes the first element of its input and then cancels the input. */
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
