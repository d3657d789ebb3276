// SPDX-License-Identifier: Apache-2.0
/** A JUnit extension that fails a test which leaves subscriptions of Reactor or RxJava running. */
module io.reactivetracker.junit {
    requires transitive io.reactivetracker;
    requires transitive org.junit.jupiter.api;
    requires static io.reactivetracker.reactor;
    requires static io.reactivetracker.rxjava;
    requires static transitive org.jspecify;

    exports io.reactivetracker.junit;

    provides org.junit.jupiter.api.extension.Extension with
            io.reactivetracker.junit.NoForgottenWork;
}
