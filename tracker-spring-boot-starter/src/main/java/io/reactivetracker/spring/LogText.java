// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.time.Duration;

/** What lines of the log are made of: names that nobody has checked, and times. */
final class LogText {

    private LogText() {}

    /**
     * The text, with escapes for what could forge a line of the log, or change how it looks: control characters, separators
     * of lines and paragraphs, invisible formatting, and halves of surrogate pairs.
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

    /** The time in seconds, with the tenths that have passed. */
    static String seconds(Duration time) {
        return time.toSeconds() + "." + time.toNanosPart() / 100_000_000 + " s";
    }
}
