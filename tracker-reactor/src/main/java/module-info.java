// SPDX-License-Identifier: Apache-2.0
/** Tracks Project Reactor pipelines, and waits for them with a {@code Mono}. */
module io.reactivetracker.reactor {
    requires transitive io.reactivetracker;
    requires transitive org.reactivestreams;
    requires transitive reactor.core;
    requires static io.reactivetracker.recorder;
    requires static transitive org.jspecify;

    exports io.reactivetracker.reactor;
}
