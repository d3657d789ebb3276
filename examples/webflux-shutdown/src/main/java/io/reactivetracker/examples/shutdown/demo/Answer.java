// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

/** The answer to an order. */
enum Answer {
    /** 202: the server is responsible for the order. */
    ACCEPTED,
    /** 503: the server runs but takes no orders. */
    UNAVAILABLE,
    /** The port is closed. */
    NO_CONNECTION,
    /**
     * The connection was closed before the first byte of an answer. Netty closes a kept-alive connection without a
     * request, even if one is on its way.
     */
    NONE,
    /** The answer is incomplete. */
    HALF,
    /** Any other answer. */
    UNEXPECTED
}
