// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

/** A fault of a callback, which replaces its work. */
public enum Fault {
    NONE,
    /** Throws an exception. */
    THROW,
    /** Throws an error that libraries handle like an exception. */
    THROW_ERROR,
    /** Throws an error that libraries rethrow. */
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
