// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

/** The behaviour of a scripted source, which may break the rules. */
public enum Script {
    ON_DEMAND,
    ON_DEMAND_LATER,
    WITHOUT_DEMAND,
    FAILS,
    TWO_ENDS,
    ERROR_AFTER_END,
    ELEMENT_AFTER_END,
    TWO_SUBSCRIPTIONS,
    NULL_ELEMENT,
    NO_ON_SUBSCRIBE,
    ON_SUBSCRIBE_LATER,
    THROWS_IN_SUBSCRIBE,
    THROWS_AFTER_ON_SUBSCRIBE,
    THROWS_IN_REQUEST,
    THROWS_IN_CANCEL,
    IGNORES_CANCEL,
    FATAL_IN_REQUEST,
    SIGNALS_IN_CANCEL;

    private static final Script[] VALUES = values();

    boolean breaksRules() {
        return compareTo(FAILS) > 0;
    }

    /** Returns the script of a step that keeps the rules and, in plain pipelines, waits for demand. */
    static Script lawfulOf(Node node, boolean isPlain) {
        return VALUES[node.size() % (isPlain ? 2 : 4)];
    }

    /** Returns the script of a step; most scripts keep the rules. */
    @SuppressWarnings("EnumOrdinal") // any number will do
    public static Script of(Node node) {
        int index =
                node.id() * 7 + node.size() * 5 + node.at() * 3 + node.fault().ordinal();
        return index % 3 == 0 ? VALUES[index % 4] : VALUES[index % VALUES.length];
    }
}
