// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A random pipeline, with its subscribers and the events from outside.
 *
 * @param seed the seed it was generated from
 * @param root its last step
 * @param consumers its subscribers
 * @param events the events from outside
 */
public record Pipeline(long seed, Node root, List<Subscriber> consumers, List<Event> events) {

    /**
     * A subscriber.
     *
     * @param time the time of its subscription
     * @param demand how it requests
     * @param conditional whether it is a conditional subscriber
     * @param fault its fault
     * @param at the element at which the fault occurs; 0 is {@code onSubscribe}, 9 the terminal signal
     */
    public record Subscriber(int time, Demand demand, boolean conditional, Fault fault, int at) {}

    /**
     * An event from outside.
     *
     * @param time the time of the event
     * @param action the action
     */
    public record Event(int time, Action action) {}

    /** The action of an event from outside. */
    public enum Action {
        CANCEL_CONSUMER,
        CANCEL_TOKEN,
        CANCEL_GROUP,
        CLOSE
    }

    /**
     * Returns whether, in threads, nothing fails or is cancelled, so that each subscription of the root ends by itself.
     */
    boolean isPlain() {
        return seed % 2 == 0;
    }

    boolean uses(Kind kind) {
        return root.anyMatch(node -> node.kind() == kind);
    }

    @Override
    public String toString() {
        return root + "\n  "
                + consumers.stream().map(Subscriber::toString).collect(Collectors.joining("\n  "))
                + (events.isEmpty() ? "" : "\n  " + events);
    }
}
