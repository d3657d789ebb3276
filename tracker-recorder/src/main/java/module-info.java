// SPDX-License-Identifier: Apache-2.0
/** Records the status of tasks by key, and lets each succeed at most once. */
module io.reactivetracker.recorder {
    requires transitive io.reactivetracker;
    requires static transitive org.jspecify;

    exports io.reactivetracker.recorder;
}
