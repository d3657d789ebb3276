// SPDX-License-Identifier: Apache-2.0
/**
 * Tracks coroutines and flows of Kotlin, and waits for them without blocking a thread. Programs in Java do not need it.
 *
 * <p>All functions are extension functions of the types of the core and of kotlinx.coroutines. The sources have their
 * documentation as KDoc. In stack traces they are static methods of {@code CoroutineTracking}.
 *
 * <table>
 * <caption>Functions</caption>
 * <tr><th>function</th><th>what it does</th></tr>
 * <tr><td>{@code group.launch("name") { }}, {@code group.async("name") { }}</td><td>starts a coroutine that is a task
 * of the group</td></tr>
 * <tr><td>{@code scope.launch(group, "name") { }}, {@code scope.async(group, "name") { }}</td><td>the same, as a child
 * of the scope</td></tr>
 * <tr><td>{@code tracker.track("name") { }}, {@code group.track("name") { }}</td><td>runs a suspending block as a
 * task</td></tr>
 * <tr><td>{@code flow.trackWith(tracker)}, {@code flow.trackWith(group)}</td><td>makes each collection a task</td></tr>
 * <tr><td>{@code flow.untilClosed(tracker)}, {@code flow.untilClosed(group)}</td><td>completes the flow when the close
 * begins</td></tr>
 * <tr><td>{@code tracker.awaitDrained()}, {@code group.awaitDrained()}, {@code signal.awaitDrained()}</td><td>suspends
 * until all tasks have ended</td></tr>
 * <tr><td>{@code group.shutdownAndAwait(grace, cancelWait)}</td><td>shuts a group down and returns the report</td></tr>
 * <tr><td>{@code coroutineContext.currentTask}</td><td>the task that the coroutine belongs to</td></tr>
 * </table>
 */
@NullMarked
package io.reactivetracker.kotlin;

import org.jspecify.annotations.NullMarked;
