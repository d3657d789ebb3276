// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

/** How an observed task ended; each ends in exactly one of these ways. */
public enum ObservedOutcome {
    /** It completed. */
    SUCCEEDED,
    /** It ended with an error, or a subscriber below it threw. */
    FAILED,
    /** It was cancelled: by its token, by its group, or by its own downstream. */
    CANCELLED,
    /** The admission of its group turned it away before it ran. */
    REJECTED,
    /** Its tracker or group was closed; it was not counted, and is in no meter of that. */
    REFUSED
}
