// SPDX-License-Identifier: Apache-2.0
/**
 * Tracks Project Reactor pipelines, and waits for them with a {@code Mono}.
 *
 * <p>Start with {@link io.reactivetracker.reactor.ReactorTracking}, for trackers and groups. {@link
 * io.reactivetracker.reactor.ReactorRecording} is for recorders; it is the only class here that needs the module
 * {@code tracker-recorder}.
 *
 * <p>The operators pass on signals, demand, {@code Context} and thread-locals unchanged. They are not fused, and cancel
 * their upstream at most once. The count of a subscription is released once, whatever throws. A subscription whose
 * source sends no more signals and is not cancelled stays counted, and is listed if it has a name.
 */
@NullMarked
package io.reactivetracker.reactor;

import org.jspecify.annotations.NullMarked;
