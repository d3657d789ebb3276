// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

/** Makes text safe for lines of the log. */
public final class LogText {

    private LogText() {}

    /**
     * Returns the text with escapes for characters that could forge a line or change its appearance: control
     * characters, line and paragraph separators, invisible formatting, and unpaired surrogates.
     *
     * @param text a name that may come from outside, or a text with such names
     * @return the text in one line
     */
    public static String escape(String text) {
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
}
