// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.util.Objects;

/** What a name must be. */
final class Names {

    private Names() {}

    static String require(String what, String name) {
        Objects.requireNonNull(name, () -> what + " must not be null");
        if (name.isBlank()) {
            throw new IllegalArgumentException(
                    what + " must not be blank, but was \"" + name + "\": give it a name that tells it from others");
        }
        return name;
    }
}
