// SPDX-License-Identifier: Apache-2.0
/** Counts running tasks, waits for the last of them to end, and cancels trees of them. */
module io.reactivetracker {
    requires static transitive org.jspecify;

    exports io.reactivetracker;
}
