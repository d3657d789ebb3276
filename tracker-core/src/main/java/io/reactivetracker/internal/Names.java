// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.Objects;

/** What a name must be. */
public final class Names {

    private Names() {}

    /**
     * Requires a name that tells something.
     *
     * @param what what it names, for the message
     * @param name the name
     * @return the name
     * @throws IllegalArgumentException if it is blank
     */
    public static String require(String what, String name) {
        Objects.requireNonNull(name, () -> what + " must not be null");
        if (name.isBlank()) {
            throw new IllegalArgumentException(
                    what + " must not be blank, but was \"" + name + "\": give it a name that tells it from others");
        }
        return name;
    }
}
