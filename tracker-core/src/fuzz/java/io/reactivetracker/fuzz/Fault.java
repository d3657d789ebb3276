// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

/** What a callback does instead of its work. */
public enum Fault {
    NONE,
    /** Throws an exception. */
    THROW,
    /** Throws an error that libraries treat like an exception. */
    THROW_ERROR,
    /** Throws an error that libraries throw on, whatever comes of it. */
    THROW_FATAL,
    /** Returns null. */
    RETURN_NULL,
    /** Cancels the first consumer, in the middle of a signal. */
    CANCEL_CONSUMER,
    /** Cancels the token of {@code cancelWith}, in the middle of a signal. */
    CANCEL_TOKEN,
    /** Cancels the group, in the middle of a signal. */
    CANCEL_GROUP;

    boolean isThrown() {
        return this == THROW || this == THROW_ERROR || this == THROW_FATAL;
    }
}
