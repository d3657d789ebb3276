// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A random pipeline, who subscribes to it, and what happens from aside meanwhile.
 *
 * @param seed the seed it was made of
 * @param root its last step
 * @param consumers its subscribers
 * @param events what happens from aside
 */
public record Pipeline(long seed, Node root, List<Subscriber> consumers, List<Event> events) {

    /**
     * A subscriber.
     *
     * @param time when it subscribes
     * @param demand how it asks
     * @param conditional whether it is a conditional one
     * @param fault what it does wrong
     * @param at at which element; 0 is {@code onSubscribe}, 9 the terminal signal
     */
    public record Subscriber(int time, Demand demand, boolean conditional, Fault fault, int at) {}

    /**
     * Something that happens from aside.
     *
     * @param time when
     * @param action what
     */
    public record Event(int time, Action action) {}

    /** What happens from aside. */
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
