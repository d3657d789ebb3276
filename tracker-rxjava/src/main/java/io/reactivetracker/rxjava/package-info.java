// SPDX-License-Identifier: Apache-2.0
/**
 * Tracks RxJava 3 pipelines and waits for them.
 *
 * <p>{@link io.reactivetracker.rxjava.RxTracking} has the methods for trackers, groups and tokens, and {@link
 * io.reactivetracker.rxjava.RxRecording} those for recorders, which need the module {@code tracker-recorder}. None of
 * the operators is fused.
 */
@NullMarked
package io.reactivetracker.rxjava;

import org.jspecify.annotations.NullMarked;
