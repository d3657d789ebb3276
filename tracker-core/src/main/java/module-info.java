// SPDX-License-Identifier: Apache-2.0
/** Counts running tasks, waits for the last of them to end, and cancels trees of them. */
@SuppressWarnings("module") // these modules are compiled after this one, so their names are not known yet
module io.reactivetracker {
    requires static transitive org.jspecify;

    // For the events of Flight Recorder, which a runtime without this module does not write.
    requires static jdk.jfr;

    exports io.reactivetracker;
    exports io.reactivetracker.group;
    exports io.reactivetracker.shutdown;
    exports io.reactivetracker.adapter;
    exports io.reactivetracker.internal to
            io.reactivetracker.recorder,
            io.reactivetracker.redis,
            io.reactivetracker.spring;
}
