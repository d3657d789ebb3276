// SPDX-License-Identifier: Apache-2.0
/** Keeps a recorder's records in Redis, for services that run in many processes. */
module io.reactivetracker.redis {
    requires transitive io.reactivetracker.recorder;
    requires transitive lettuce.core;
    requires transitive org.reactivestreams;
    requires transitive reactor.core;
    requires static transitive org.jspecify;

    exports io.reactivetracker.redis;
}
