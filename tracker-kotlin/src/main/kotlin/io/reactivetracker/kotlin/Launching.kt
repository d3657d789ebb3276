// SPDX-License-Identifier: Apache-2.0
@file:JvmMultifileClass
@file:JvmName("CoroutineTracking")

package io.reactivetracker.kotlin

import io.reactivetracker.TaskOptions
import io.reactivetracker.group.Outcome
import io.reactivetracker.group.TaskGroup
import io.reactivetracker.kotlin.internal.ALWAYS
import io.reactivetracker.kotlin.internal.CurrentTask
import io.reactivetracker.kotlin.internal.Membership
import io.reactivetracker.kotlin.internal.TaskAttempts
import io.reactivetracker.kotlin.internal.orNamed
import io.reactivetracker.kotlin.internal.resultOf
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.async as asyncIn
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch as launchIn

/**
 * Starts a coroutine that is a task of this group.
 *
 * ```
 * group.launch("ship") { ship(order) }
 * ```
 *
 * The check that the group is open and the count are one atomic step: each coroutine is either refused here or awaited
 * by the drain. The task is counted until the coroutine has completed with all its children, and its outcome is that of
 * the job. So once the group is drained, all its jobs are completed. `join` may return an instant before the counts of
 * the group show the end.
 *
 * The coroutine suspends until the group's admission lets it run; no thread waits. Cancelling the job cancels the task,
 * queued or active. Cancelling the group cancels the job with a [io.reactivetracker.TaskCancelledException]. If the
 * block fails, with all its children, the group's error policy decides: it may run the block again in the same
 * coroutine. A `CancellationException` ends the task as cancelled and is not retried, that of `withTimeout` included.
 *
 * The coroutine runs on `Dispatchers.Default` unless the context has a dispatcher. It has no parent unless the context
 * has a job: it is independent of the coroutine that starts it. Use `scope.launch(group, name)` for a child of a scope.
 * An error that ends the task reaches the `CoroutineExceptionHandler`, as with `launch` of kotlinx.coroutines.
 *
 * @param name the name of the task and of the coroutine
 * @param context what the coroutine adds to an empty context
 * @param block what to run
 * @return the job; the task is counted until it has completed
 * @throws IllegalArgumentException if the name is blank
 * @throws IllegalStateException if the group is closed, by a [io.reactivetracker.group.GroupClosedException], or
 *   cancelled
 */
public fun TaskGroup.launch(
    name: String,
    context: CoroutineContext = EmptyCoroutineContext,
    block: suspend CoroutineScope.() -> Unit,
): Job = launch(TaskOptions.named(name), context, block)

/**
 * Starts a coroutine that is a task of this group with these options, as `launch(name)` does.
 *
 * @param options the name of the task, or else it has that of the [CoroutineName] in the context, or else that of the
 *   group; and its parent; a task of a group is always strict
 * @param context what the coroutine adds to an empty context
 * @param block what to run
 * @return the job; the task is counted until it has completed
 * @throws IllegalStateException if the group is closed or cancelled
 */
@OptIn(DelicateCoroutinesApi::class) // the group is the scope
public fun TaskGroup.launch(
    options: TaskOptions = TaskOptions.defaults(),
    context: CoroutineContext = EmptyCoroutineContext,
    block: suspend CoroutineScope.() -> Unit,
): Job = GlobalScope.launch(this, options, context, block)

/**
 * Starts a coroutine of this scope that is a task of a group, as `group.launch(name)` does.
 *
 * The coroutine is a child of the scope: the scope waits for it, its failure cancels the scope, and a cancel of the
 * scope cancels the task.
 *
 * @param group counts and admits the task, and decides about its errors
 * @param name the name of the task and of the coroutine
 * @param context what the coroutine adds to the context of the scope
 * @param block what to run
 * @return the job; the task is counted until it has completed
 * @throws IllegalArgumentException if the name is blank
 * @throws IllegalStateException if the group is closed or cancelled
 */
public fun CoroutineScope.launch(
    group: TaskGroup,
    name: String,
    context: CoroutineContext = EmptyCoroutineContext,
    block: suspend CoroutineScope.() -> Unit,
): Job = launch(group, TaskOptions.named(name), context, block)

/**
 * Starts a coroutine of this scope that is a task of a group with these options, as `group.launch(name)` does.
 *
 * @param group counts and admits the task, and decides about its errors
 * @param options the name of the task, or else it has that of the [CoroutineName] in the context, or else that of the
 *   group; and its parent
 * @param context what the coroutine adds to the context of the scope
 * @param block what to run
 * @return the job; the task is counted until it has completed
 * @throws IllegalStateException if the group is closed or cancelled
 */
public fun CoroutineScope.launch(
    group: TaskGroup,
    options: TaskOptions = TaskOptions.defaults(),
    context: CoroutineContext = EmptyCoroutineContext,
    block: suspend CoroutineScope.() -> Unit,
): Job = start(group, options, context, block) { own, body -> launchIn(own, CoroutineStart.LAZY) { body() } }

/**
 * Starts a coroutine with a result that is a task of this group, as `launch(name)` does.
 *
 * An error that ends the task is kept for `await`.
 *
 * @param name the name of the task and of the coroutine
 * @param context what the coroutine adds to an empty context
 * @param block what to run
 * @return the result; the task is counted until it has completed
 * @throws IllegalArgumentException if the name is blank
 * @throws IllegalStateException if the group is closed or cancelled
 */
public fun <T> TaskGroup.async(
    name: String,
    context: CoroutineContext = EmptyCoroutineContext,
    block: suspend CoroutineScope.() -> T,
): Deferred<T> = async(TaskOptions.named(name), context, block)

/**
 * Starts a coroutine with a result that is a task of this group with these options, as `async(name)` does.
 *
 * @param options the name of the task, or else it has that of the [CoroutineName] in the context, or else that of the
 *   group; and its parent
 * @param context what the coroutine adds to an empty context
 * @param block what to run
 * @return the result; the task is counted until it has completed
 * @throws IllegalStateException if the group is closed or cancelled
 */
@OptIn(DelicateCoroutinesApi::class) // the group is the scope
public fun <T> TaskGroup.async(
    options: TaskOptions = TaskOptions.defaults(),
    context: CoroutineContext = EmptyCoroutineContext,
    block: suspend CoroutineScope.() -> T,
): Deferred<T> = GlobalScope.async(this, options, context, block)

/**
 * Starts a coroutine of this scope with a result that is a task of a group, as `scope.launch(group, name)` does.
 *
 * @param group counts and admits the task, and decides about its errors
 * @param name the name of the task and of the coroutine
 * @param context what the coroutine adds to the context of the scope
 * @param block what to run
 * @return the result; the task is counted until it has completed
 * @throws IllegalArgumentException if the name is blank
 * @throws IllegalStateException if the group is closed or cancelled
 */
public fun <T> CoroutineScope.async(
    group: TaskGroup,
    name: String,
    context: CoroutineContext = EmptyCoroutineContext,
    block: suspend CoroutineScope.() -> T,
): Deferred<T> = async(group, TaskOptions.named(name), context, block)

/**
 * Starts a coroutine of this scope with a result that is a task of a group with these options.
 *
 * @param group counts and admits the task, and decides about its errors
 * @param options the name of the task, or else it has that of the [CoroutineName] in the context, or else that of the
 *   group; and its parent
 * @param context what the coroutine adds to the context of the scope
 * @param block what to run
 * @return the result; the task is counted until it has completed
 * @throws IllegalStateException if the group is closed or cancelled
 */
public fun <T> CoroutineScope.async(
    group: TaskGroup,
    options: TaskOptions = TaskOptions.defaults(),
    context: CoroutineContext = EmptyCoroutineContext,
    block: suspend CoroutineScope.() -> T,
): Deferred<T> = start(group, options, context, block) { own, body -> asyncIn(own, CoroutineStart.LAZY) { body() } }

private fun <T, J : Job> CoroutineScope.start(
    group: TaskGroup,
    options: TaskOptions,
    context: CoroutineContext,
    block: suspend CoroutineScope.() -> T,
    create: CoroutineScope.(CoroutineContext, suspend () -> T) -> J,
): J {
    val inherited = coroutineContext + context
    val attempts = TaskAttempts.issue(group, options.orNamed(inherited))
    var created: Job? = null
    try {
        val membership = CurrentTask(attempts.task, group, inherited[Membership])
        // Lazy, so that the task is started with the job, and the job after the task. join() may start the job earlier.
        val job =
            create(context + CoroutineName(attempts.task.name()) + membership) {
                attempts.run(ALWAYS, ::resultOf) { coroutineScope(block) }
            }
        created = job
        membership.job = job
        // The first handler of the job: it runs before those that wait for the job.
        job.invokeOnCompletion { cause -> attempts.task.end(attempts.outcomeOf(cause)) }
        attempts.start(job)
        job.start()
        return job
    } catch (failure: Throwable) {
        // A lazy job that nobody starts would keep its parent from completing.
        created?.cancel(CancellationException("the task could not be started", failure))
        attempts.task.end(Outcome.FAILED)
        throw failure
    }
}
