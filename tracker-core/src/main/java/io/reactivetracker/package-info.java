// SPDX-License-Identifier: Apache-2.0
/**
 * Counts running tasks, waits for the last one to end, and cancels trees of tasks.
 *
 * <p>Start with {@link io.reactivetracker.TaskTracker}. This package depends on no reactive library; the adapters for
 * Project Reactor and RxJava use it.
 *
 * <p>A task has one type per role:
 *
 * <ul>
 *   <li>{@link io.reactivetracker.TaskToken}: the count of a running task; the code that ends the task closes it.
 *   <li>{@link io.reactivetracker.TaskOptions}: how a task is to be counted, before it starts.
 *   <li>{@link io.reactivetracker.RunningTask}: a snapshot of a named task, for logs and tools.
 *   <li>{@link io.reactivetracker.ParentTask}: a task as the parent of others.
 *   <li>{@link io.reactivetracker.CancellationToken}: tells a task, or a tree of tasks, to stop.
 * </ul>
 */
@NullMarked
package io.reactivetracker;

import org.jspecify.annotations.NullMarked;
