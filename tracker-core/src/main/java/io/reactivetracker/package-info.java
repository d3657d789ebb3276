// SPDX-License-Identifier: Apache-2.0
/**
 * Counts running tasks, waits for the last of them to end, and cancels trees of them.
 *
 * <p>{@link io.reactivetracker.TaskTracker} is where to begin. Nothing here knows a reactive library: the adapters for
 * Project Reactor and RxJava stand on this package.
 */
@NullMarked
package io.reactivetracker;

import org.jspecify.annotations.NullMarked;
