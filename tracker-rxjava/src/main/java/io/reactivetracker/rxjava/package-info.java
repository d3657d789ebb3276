// SPDX-License-Identifier: Apache-2.0
/**
 * Tracks RxJava 3 pipelines, and waits for them with a {@code Completable}.
 *
 * <p>{@link io.reactivetracker.rxjava.RxTracking} has all there is to call.
 */
@NullMarked
package io.reactivetracker.rxjava;

import org.jspecify.annotations.NullMarked;
