// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.util.Optional;

/**
 * One figure that is to stay below a limit.
 *
 * @param what the line of the list of targets that it belongs to
 * @param comparison what is compared with what
 * @param limit what it must not be above, or null if it only informs
 * @param unit what follows the limit and the figure
 * @param isWithinSpread whether its least figure decides instead of the median
 * @param measured the figure, if it was measured
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
        // To the two places that are shown.
        return Math.round(decisive * 100) <= Math.round(limit * 100) ? "yes" : "**no**";
    }
}
