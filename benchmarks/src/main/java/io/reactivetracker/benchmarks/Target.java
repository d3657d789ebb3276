// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.util.Optional;

/**
 * A result that must stay below a limit.
 *
 * @param what the line in the list of targets
 * @param comparison the two things compared
 * @param limit the maximum, or null if the result is only informative
 * @param unit the text after the limit and the result
 * @param isWithinSpread whether its minimum decides instead of the median
 * @param measured the result, if it was measured
 */
record Target(
        String what, String comparison, Double limit, String unit, boolean isWithinSpread, Optional<Spread> measured) {

    static Target ratio(String what, String comparison, double limit, Optional<Spread> measured) {
        return new Target(what, comparison, limit, " ×", false, measured);
    }

    static Target withinSpread(String what, String comparison, Optional<Spread> measured) {
        return new Target(what, comparison, 1.0, " ×", true, measured);
    }

    static Target bytes(String what, String comparison, double limit, Optional<Spread> measured) {
        return new Target(what, comparison, limit, " B", false, measured);
    }

    static Target forInformation(String what, String comparison, String unit, Optional<Spread> measured) {
        return new Target(what, comparison, null, unit, false, measured);
    }

    String row() {
        return "| " + what + " | " + comparison + " | " + limitText() + " | "
                + measured.map(spread -> spread + unit).orElse("not measured") + " | " + verdict() + " |";
    }

    private String limitText() {
        if (limit == null) {
            return "–";
        }
        return isWithinSpread ? "1.00 within the spread" : "≤ " + Spread.number(limit) + unit;
    }

    private String verdict() {
        if (limit == null || measured.isEmpty()) {
            return "–";
        }
        double decisive = isWithinSpread
                ? measured.orElseThrow().least()
                : measured.orElseThrow().median();
        // To the two decimal places that are shown.
        return Math.round(decisive * 100) <= Math.round(limit * 100) ? "yes" : "**no**";
    }
}
