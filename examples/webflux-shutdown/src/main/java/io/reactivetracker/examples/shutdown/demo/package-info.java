// SPDX-License-Identifier: Apache-2.0
/**
 * The surroundings of the order server. {@code ShutdownDemo} starts it as a process, plays its customers and its
 * carrier, sends SIGTERM while they order, and counts lost orders. {@code LiveDemo} repeats that for the live page.
 * {@code StreamDemo} measures how long a stop takes while a stream is open.
 */
@NullMarked
package io.reactivetracker.examples.shutdown.demo;

import org.jspecify.annotations.NullMarked;
