// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

/** What a customer may hear. */
enum Answer {
    /** 202: from now on the order is the server's. */
    ACCEPTED,
    /** 503: the server runs, and takes no orders. */
    UNAVAILABLE,
    /** Nobody listens. */
    NO_CONNECTION,
    /**
     * The connection was closed, and not a byte of an answer had come: so Netty ends a connection that is kept alive and has no
     * request at that moment, also if one is on its way.
     */
    NONE,
    /** An answer that breaks off. */
    HALF,
    /** Any other answer. */
    UNEXPECTED
}
