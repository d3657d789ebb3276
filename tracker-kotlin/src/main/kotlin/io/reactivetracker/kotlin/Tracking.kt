// SPDX-License-Identifier: Apache-2.0
@file:JvmMultifileClass
@file:JvmName("CoroutineTracking")

package io.reactivetracker.kotlin

import io.reactivetracker.TaskOptions
import io.reactivetracker.TaskTracker
import io.reactivetracker.group.TaskContext
import io.reactivetracker.group.TaskGroup
import io.reactivetracker.kotlin.internal.ALWAYS
import io.reactivetracker.kotlin.internal.CurrentTask
import io.reactivetracker.kotlin.internal.Membership
import io.reactivetracker.kotlin.internal.TaskAttempts
import io.reactivetracker.kotlin.internal.TrackedBlock
import io.reactivetracker.kotlin.internal.orNamed
import io.reactivetracker.kotlin.internal.resultOf
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.withContext

/**
 * Runs a suspending block as a task of this tracker, in this coroutine.
 *
 * The task is counted until the block has returned or thrown, so the caller sees the count without it. A coroutine that
 * the block starts in another scope is not part of the task.
 *
 * @param name the name of the task
 * @param block what to run
 * @return the result of the block
 * @throws IllegalArgumentException if the name is blank
 * @throws IllegalStateException if the tracker counts its maximum of tasks already
 */
public suspend fun <T> TaskTracker.track(name: String, block: suspend () -> T): T =
    track(TaskOptions.named(name), block)

/**
 * Runs a suspending block as a task of this tracker with these options, as `track(name)` does.
 *
 * @param options the name of the task, or else it has that of the [CoroutineName], if any; and whether a closed tracker
 *   refuses it
 * @param block what to run
 * @return the result of the block
 * @throws IllegalArgumentException if the options have a time limit, which a tracker cannot keep
 * @throws IllegalStateException if the tracker counts its maximum of tasks already, or by a
 *   [io.reactivetracker.TrackerClosedException] if the options are strict and the tracker is closed
 */
public suspend fun <T> TaskTracker.track(options: TaskOptions = TaskOptions.defaults(), block: suspend () -> T): T {
    val context = currentCoroutineContext()
    return TrackedBlock(this, options, context).use {
        val membership = Membership(this, null, null, context[Membership])
        withContext(membership) {
            membership.job = coroutineContext[Job]!!
            block()
        }
    }
}

/**
 * Runs a suspending block as a task of this group, in this coroutine, and suspends until the group admits it.
 *
 * The task is counted until the block has ended with all the coroutines that it has started in its scope, so the caller
 * sees the count without it. Cancelling the coroutine cancels the task, queued or active. Cancelling the group cancels
 * the block, and this throws a [io.reactivetracker.TaskCancelledException]; the coroutine itself is not cancelled. The
 * error policy may run the block again.
 *
 * @param name the name of the task
 * @param block what to run
 * @return the result of the block
 * @throws IllegalArgumentException if the name is blank
 * @throws IllegalStateException if the group is closed, by a [io.reactivetracker.group.GroupClosedException], or
 *   cancelled
 * @throws io.reactivetracker.group.TaskRejectedException if the group's admission rejects the task
 */
public suspend fun <T> TaskGroup.track(name: String, block: suspend CoroutineScope.() -> T): T =
    track(TaskOptions.named(name), block)

/**
 * Runs a suspending block as a task of this group with these options, as `track(name)` does.
 *
 * @param options the name of the task, or else it has that of the [CoroutineName], or else that of the group; its
 *   parent and its time limit; a task of a group is always strict
 * @param block what to run
 * @return the result of the block
 * @throws IllegalStateException if the group is closed or cancelled
 * @throws io.reactivetracker.group.TaskRejectedException if the group's admission rejects the task
 */
public suspend fun <T> TaskGroup.track(
    options: TaskOptions = TaskOptions.defaults(),
    block: suspend CoroutineScope.() -> T,
): T {
    val context = currentCoroutineContext()
    return TaskAttempts.run(this, options.orNamed(context), ALWAYS, ::resultOf) { task ->
        val membership = CurrentTask(task, this, context[Membership])
        withContext(membership) {
            membership.job = coroutineContext[Job]!!
            block()
        }
    }
}

/**
 * The task of a group that this coroutine belongs to, or null.
 *
 * It tells the attempt and the cancellation of the task. Pass it to [io.reactivetracker.TaskOptions.childOf] for a task
 * that is started where the coroutine's context does not reach.
 */
public val CoroutineContext.currentTask: TaskContext?
    get() = generateSequence(this[Membership]) { it.outer }.firstNotNullOfOrNull { it.task }
