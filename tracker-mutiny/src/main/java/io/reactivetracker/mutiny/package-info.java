// SPDX-License-Identifier: Apache-2.0
/**
 * Tracks pipelines of SmallRye Mutiny and waits for them.
 *
 * <p>{@link io.reactivetracker.mutiny.MutinyTracking} has the methods for trackers, groups and tokens.
 */
@NullMarked
package io.reactivetracker.mutiny;

import org.jspecify.annotations.NullMarked;
