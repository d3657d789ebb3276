// SPDX-License-Identifier: Apache-2.0
/**
 * Tracks Project Reactor pipelines, and waits for them with a {@code Mono}.
 *
 * <p>{@link io.reactivetracker.reactor.ReactorTracking} is where to begin.
 *
 * <p>The operators pass signals, demand, {@code Context} and thread-locals on as they are, are not fused, and cancel their
 * upstream at most once. The count of a subscription is released once, whatever throws. What a source does that signals
 * nothing any more, and is not cancelled, nobody can see: such a subscription stays counted, and is listed if it has a name.
 */
@NullMarked
package io.reactivetracker.reactor;

import org.jspecify.annotations.NullMarked;
