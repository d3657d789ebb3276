// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compares what a program has printed with what its page shows, where {@code …} stands for any text within a line. */
final class OutputComparison {

    private OutputComparison() {}

    /** Returns the lines side by side if they differ, or an empty string. */
    static String differences(List<String> expected, List<String> actual) {
        StringBuilder text = new StringBuilder();
        boolean different = false;
        for (int i = 0; i < Math.max(expected.size(), actual.size()); i++) {
            if (i < expected.size() && i < actual.size() && matches(expected.get(i), actual.get(i))) {
                text.append("  ").append(actual.get(i)).append('\n');
                continue;
            }
            different = true;
            text.append(i < expected.size() ? "- " + expected.get(i) + "\n" : "");
            text.append(i < actual.size() ? "+ " + actual.get(i) + "\n" : "");
        }
        return different ? "the page shows (-), the program prints (+):\n" + text : "";
    }

    private static boolean matches(String expected, String actual) {
        String pattern = Stream.of(expected.stripTrailing().split("…", -1))
                .map(Pattern::quote)
                .collect(Collectors.joining(".*"));
        return actual.stripTrailing().matches(pattern);
    }
}
