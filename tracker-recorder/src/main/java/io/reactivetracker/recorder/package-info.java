// SPDX-License-Identifier: Apache-2.0
/**
 * Remembers by key what became of a task, and lets it succeed at most once.
 *
 * <p>{@link io.reactivetracker.recorder.TaskRecorder} is where to begin. What it remembers is in a {@link
 * io.reactivetracker.recorder.RecordStore}, in memory or elsewhere. After <a
 * href="https://crates.io/crates/async_tasks_recorder">{@code async_tasks_recorder}</a> and <a
 * href="https://crates.io/crates/async_tasks_state_map">{@code async_tasks_state_map}</a>, from which the states and
 * the revoke come.
 */
@NullMarked
package io.reactivetracker.recorder;

import org.jspecify.annotations.NullMarked;
