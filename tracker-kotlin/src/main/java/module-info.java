// SPDX-License-Identifier: Apache-2.0
/** Tracks coroutines and flows of Kotlin, and waits for them without blocking a thread. */
module io.reactivetracker.kotlin {
    requires transitive io.reactivetracker;
    requires transitive kotlin.stdlib;
    requires transitive kotlinx.coroutines.core;
    requires static io.reactivetracker.reactor;
    requires static io.reactivetracker.rxjava;
    requires static transitive org.jspecify;

    exports io.reactivetracker.kotlin;
    exports io.reactivetracker.kotlin.reactor;
    exports io.reactivetracker.kotlin.rxjava;
}
