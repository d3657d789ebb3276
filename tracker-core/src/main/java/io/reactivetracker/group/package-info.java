// SPDX-License-Identifier: Apache-2.0
/**
 * Trees of trackers with a gate in front, a rule for errors, cancellation, counts and a bounded shutdown.
 *
 * <p>{@link io.reactivetracker.group.TaskGroup} is where to begin. After the hierarchical task tracker of
 * <a href="https://github.com/ai-dynamo/dynamo">NVIDIA dynamo</a>: its schedulers are {@link
 * io.reactivetracker.group.Admission}, its error policies {@link io.reactivetracker.group.ErrorPolicy}.
 */
@NullMarked
package io.reactivetracker.group;

import org.jspecify.annotations.NullMarked;
