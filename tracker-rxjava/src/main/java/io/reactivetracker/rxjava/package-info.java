// SPDX-License-Identifier: Apache-2.0
/**
 * Tracks RxJava 3 pipelines, and waits for them with a {@code Completable}.
 *
 * <p>{@link io.reactivetracker.rxjava.RxTracking} has the operators for trackers, groups and tokens, {@link
 * io.reactivetracker.rxjava.RxGroups} what waits for groups and watches them, and {@link
 * io.reactivetracker.rxjava.RxRecording} the operators of the recorder. None of the operators is fused.
 */
@NullMarked
package io.reactivetracker.rxjava;

import org.jspecify.annotations.NullMarked;
