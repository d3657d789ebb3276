// SPDX-License-Identifier: Apache-2.0
/**
 * A server that is stopped while it works and has no code for that.
 *
 * <p>{@code OrderServer} is the application; {@code Orders} accepts orders, {@code Shipping} ships them, {@code
 * Background} has the two ways to start that work, and {@code Access} has the access rules. The package {@code demo}
 * has the customers, the carrier, and the programs that stop the server.
 */
@NullMarked
package io.reactivetracker.examples.shutdown;

import org.jspecify.annotations.NullMarked;
