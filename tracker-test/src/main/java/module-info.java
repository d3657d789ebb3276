// SPDX-License-Identifier: Apache-2.0
/** Helps to test what is built on the tracker: a timer that a test moves, and the contracts of stores and adapters. */
module io.reactivetracker.test {
    requires transitive io.reactivetracker.recorder;
    requires transitive org.junit.jupiter.api;
    requires transitive org.assertj.core;
    requires static transitive org.jspecify;

    exports io.reactivetracker.test;
}
