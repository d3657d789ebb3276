// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.LogText;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Logs the leaks of one tracker, fewer the more a creation site has. Used by one thread after the other.
 *
 * <p>A line is written for the first leak of a site, the second, the fourth, the eighth and so on. So a site writes 20
 * lines for a million leaks, and a new site is seen at once.
 */
final class LeakLog {

    /** The maximum number of sites; the leaks of later ones are counted together. */
    static final int MAX_SITES = 1_000;

    private static final Logger LOG = System.getLogger("io.reactivetracker.leaks");
    private static final String OTHERS = "";

    private final Consumer<String> lines;
    private final Map<String, Long> leaksBySite = new HashMap<>();

    LeakLog() {
        this(line -> LOG.log(Level.WARNING, line));
    }

    /** Writes the lines elsewhere; for tests. */
    LeakLog(Consumer<String> lines) {
        this.lines = lines;
    }

    void log(LeakedTask task) {
        long number = leaksBySite.merge(siteOf(task.stack()), 1L, Long::sum);
        if (Long.bitCount(number) == 1) {
            String more = number == 1 ? "" : "; leak " + number + " of this creation site";
            // Names come from applications and must not forge a line.
            lines.accept("leaked: " + LogText.escape(task + more));
        }
    }

    private String siteOf(List<StackTraceElement> stack) {
        String site = stack.isEmpty() ? OTHERS : CreationStack.describe(stack.get(0));
        return leaksBySite.containsKey(site) || leaksBySite.size() < MAX_SITES ? site : OTHERS;
    }
}
