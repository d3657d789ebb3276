// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.util.Objects;

/** Describes keys in messages. */
final class Keys {

    private static final int MAX_CHARACTERS = 200;

    private Keys() {}

    /** Returns a key in quotes, cut if it is long. Does not fail for a key whose {@code toString()} does. */
    static String describe(Object key) {
        Objects.requireNonNull(key, "key must not be null");
        String text;
        try {
            text = Objects.requireNonNull(key.toString());
        } catch (RuntimeException | StackOverflowError unprintable) {
            return "of class " + key.getClass().getName() + ", whose toString() fails,";
        }
        return text.length() <= MAX_CHARACTERS
                ? "\"" + text + "\""
                : "\"" + text.substring(0, MAX_CHARACTERS) + "…\" (" + text.length() + " characters)";
    }
}
