// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a key must be, and how it is written in a message. */
final class Keys {

    /** A key may be of any size; a message is for people to read. */
    private static final int MOST_CHARACTERS = 200;

    private Keys() {}

    static <K> K require(K key) {
        return Objects.requireNonNull(key, "key must not be null");
    }

    /** The key in quotes, cut if it is long; a key that cannot be written must not hide what is to be said of it. */
    static String inWords(@Nullable Object key) {
        String text;
        try {
            text = Objects.requireNonNull(String.valueOf(key));
        } catch (RuntimeException | StackOverflowError unprintable) {
            return "of class " + Objects.requireNonNull(key).getClass().getName() + ", whose toString() fails,";
        }
        return text.length() <= MOST_CHARACTERS
                ? "\"" + text + "\""
                : "\"" + text.substring(0, MOST_CHARACTERS) + "…\" (" + text.length() + " characters)";
    }
}
