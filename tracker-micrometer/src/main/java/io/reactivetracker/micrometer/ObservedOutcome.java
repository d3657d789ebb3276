// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

/** How an observed task ended. */
public enum ObservedOutcome {
    /** It completed. */
    SUCCEEDED,
    /** It ended with an error, or a subscriber below it threw an exception. */
    FAILED,
    /** It was cancelled by its token, its group or its downstream. */
    CANCELLED,
    /** It was cancelled at the end of its time limit. */
    TIMED_OUT,
    /** The admission of its group rejected it before it ran. */
    REJECTED,
    /** Its tracker or group was closed, and no meter counts it. */
    REFUSED
}
