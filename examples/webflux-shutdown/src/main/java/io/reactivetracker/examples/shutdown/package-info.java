// SPDX-License-Identifier: Apache-2.0
/**
 * A server that is told to stop while it works, and has no code for that.
 *
 * <p>{@code OrderServer} is the application; {@code Orders} takes the orders, {@code Shipping} sees to them, {@code
 * Background} has the two ways to start that work, and {@code Access} says who may see it. In {@code live} is a page that
 * shows what the server works on, in {@code demo} what is around the server: customers, a carrier, and whoever stops it.
 */
@NullMarked
package io.reactivetracker.examples.shutdown;

import org.jspecify.annotations.NullMarked;
