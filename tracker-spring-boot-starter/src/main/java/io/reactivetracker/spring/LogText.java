// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.time.Duration;

/** Formats names and times for lines of the log. */
final class LogText {

    private LogText() {}

    /**
     * Returns the text with escapes for characters that could forge a line or change its appearance: control
     * characters, line and paragraph separators, invisible formatting, and unpaired surrogates.
     */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (isPlain(point)) {
                escaped.appendCodePoint(point);
            } else if (Character.isBmpCodePoint(point)) {
                escaped.append(String.format("\\u%04x", point));
            } else {
                escaped.append(String.format("\\u{%x}", point));
            }
        });
        return escaped.toString();
    }

    private static boolean isPlain(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }

    /** Returns the time in seconds, rounded down to tenths. */
    static String seconds(Duration time) {
        return time.toSeconds() + "." + time.toNanosPart() / 100_000_000 + " s";
    }
}
