// SPDX-License-Identifier: Apache-2.0
@file:JvmMultifileClass
@file:JvmName("CoroutineTracking")

package io.reactivetracker.kotlin

import io.reactivetracker.DrainSignal
import io.reactivetracker.TaskTracker
import io.reactivetracker.group.Shutdown
import io.reactivetracker.group.ShutdownReport
import io.reactivetracker.group.TaskGroup
import io.reactivetracker.kotlin.internal.requireOutside
import kotlin.coroutines.resume
import kotlin.time.Duration
import kotlin.time.toJavaDuration
import kotlinx.coroutines.future.await
import kotlinx.coroutines.suspendCancellableCoroutine

/**
 * Suspends until the tracker of this signal was drained.
 *
 * Cancelling the coroutine unlinks the wait. A task must not wait for its own tracker: the wait would never end.
 */
public suspend fun DrainSignal.awaitDrained() {
    if (isDone) {
        return
    }
    suspendCancellableCoroutine { waiter ->
        val registration = onDone { waiter.resume(Unit) }
        waiter.invokeOnCancellation { registration.close() }
    }
}

/**
 * Suspends until this tracker is closed and empty; closes nothing.
 *
 * Cancelling the coroutine unlinks the wait.
 *
 * @throws IllegalStateException if the coroutine is part of a task of this tracker, which would wait for itself
 */
public suspend fun TaskTracker.awaitDrained() {
    requireOutside("tracker \"${name()}\"") { it.isOf(this) }
    drained().awaitDrained()
}

/**
 * Suspends until this group is closed and has no more tasks or children; closes nothing.
 *
 * Cancelling the coroutine unlinks the wait.
 *
 * @throws IllegalStateException if the coroutine is part of a task of this group or of a group below it, which would
 *   wait for itself
 */
public suspend fun TaskGroup.awaitDrained() {
    requireOutside("group \"${name()}\"") { it.isOf(this) }
    drained().awaitDrained()
}

/**
 * Shuts this group and all groups below it down, as [TaskGroup.shutdown] does, and suspends until that is over.
 *
 * Cancelling the coroutine ends the wait; the shutdown runs through all its stages.
 *
 * @param plan how long each stage waits
 * @return the report
 */
public suspend fun TaskGroup.shutdownAndAwait(plan: Shutdown): ShutdownReport = shutdown(plan).await()

/**
 * Shuts this group and all groups below it down: waits, cancels the remaining tasks, and waits for them.
 *
 * @param grace how long to wait for the tasks to end by themselves
 * @param cancelWait how long cancelled tasks may take to end
 * @return the report
 * @throws IllegalArgumentException if a time is negative
 */
public suspend fun TaskGroup.shutdownAndAwait(grace: Duration, cancelWait: Duration): ShutdownReport =
    shutdownAndAwait(Shutdown.grace(grace.toJavaDuration()).thenCancel(cancelWait.toJavaDuration()))
