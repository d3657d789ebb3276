// SPDX-License-Identifier: Apache-2.0
/**
 * Tracks Project Reactor pipelines, and waits for them with a {@code Mono}.
 *
 * <p>{@link io.reactivetracker.reactor.ReactorTracking} has all there is to call.
 */
@NullMarked
package io.reactivetracker.reactor;

import org.jspecify.annotations.NullMarked;
