// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

/** How a task ended. Each task ends by exactly one outcome. */
public enum Outcome {
    /** It completed. */
    SUCCEEDED,
    /** It ended with an error. */
    FAILED,
    /** It was cancelled: by its group, its handle or its downstream. */
    CANCELLED,
    /** It was cancelled because its time limit was over. */
    TIMED_OUT,
    /** Its admission or its executor refused it before it ran. */
    REJECTED;

    /** The number of outcomes. */
    static final int COUNT = values().length;
}
