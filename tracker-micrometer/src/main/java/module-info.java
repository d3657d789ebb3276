// SPDX-License-Identifier: Apache-2.0
/** Micrometer meters of trackers, groups and recorders and, if Reactor is present, observations of tasks. */
module io.reactivetracker.micrometer {
    requires transitive io.reactivetracker;
    requires transitive micrometer.core;
    requires transitive micrometer.commons;
    requires transitive micrometer.observation;
    requires static transitive io.reactivetracker.reactor;
    requires static transitive io.reactivetracker.recorder;
    requires static transitive org.reactivestreams;
    requires static transitive reactor.core;
    requires static transitive org.jspecify;

    exports io.reactivetracker.micrometer;
}
