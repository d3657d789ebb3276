// SPDX-License-Identifier: Apache-2.0
/** Meters for trackers and groups, and, where there is Reactor, an observation for each of their tasks. */
module io.reactivetracker.micrometer {
    requires transitive io.reactivetracker;
    requires transitive micrometer.core;
    requires transitive micrometer.commons;
    requires transitive micrometer.observation;
    requires static transitive io.reactivetracker.reactor;
    requires static transitive org.reactivestreams;
    requires static transitive reactor.core;
    requires static transitive org.jspecify;

    exports io.reactivetracker.micrometer;
}
