// SPDX-License-Identifier: Apache-2.0
/**
 * What is around the order server: {@code ShutdownDemo} starts it as a process, plays its customers and its carrier, sends
 * SIGTERM while they order, and counts what was lost. {@code LiveDemo} does so again and again, to be watched.
 */
@NullMarked
package io.reactivetracker.examples.shutdown.demo;

import org.jspecify.annotations.NullMarked;
