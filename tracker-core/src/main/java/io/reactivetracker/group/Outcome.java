// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

/** How a task ended; each ends in exactly one of these ways. */
public enum Outcome {
    /** It completed. */
    SUCCEEDED,
    /** It ended with an error. */
    FAILED,
    /** It was cancelled, by its group, by its handle, or by its own downstream. */
    CANCELLED,
    /** Its admission turned it away before it ran. */
    REJECTED
}
