// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.Objects;

/** What a name must be, and how messages put it. */
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

    /**
     * Describes a task for messages.
     *
     * @param task the task's name
     * @param id the task's id
     * @param kind what counts it: {@code tracker} or {@code group}
     * @param owner the name of what counts it
     * @return such as {@code task "ship" #12 of group "orders"}
     */
    public static String describeTask(String task, long id, String kind, String owner) {
        return "task \"" + task + "\" #" + id + " of " + kind + " \"" + owner + "\"";
    }
}
