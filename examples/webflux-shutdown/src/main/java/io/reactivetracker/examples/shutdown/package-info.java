// SPDX-License-Identifier: Apache-2.0
/**
 * A server that is told to stop while it works.
 *
 * <p>The server: {@code OrderServer} with its routes, the shipping of an order, and the two ways to start it in the
 * background. The demo around it: {@code ShutdownDemo} starts the server as a process, plays its customers and its
 * carrier, sends SIGTERM, and counts what was lost.
 */
@NullMarked
package io.reactivetracker.examples.shutdown;

import org.jspecify.annotations.NullMarked;
