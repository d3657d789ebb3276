// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.kotlin.internal

import io.reactivetracker.TaskTracker
import io.reactivetracker.adapter.GroupTask
import io.reactivetracker.group.TaskContext
import io.reactivetracker.group.TaskGroup
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.ThreadContextElement
import kotlinx.coroutines.currentCoroutineContext

/** What counts a coroutine. The coroutines that it starts inherit it, and the job tells whether they belong to it. */
internal open class Membership(
    private val tracker: TaskTracker?,
    private val group: TaskGroup?,
    val task: TaskContext?,
    val outer: Membership?,
) : AbstractCoroutineContextElement(Membership) {
    /** The job that is counted. Set before it starts. */
    lateinit var job: Job

    fun isOf(waited: TaskTracker): Boolean = waited == tracker

    /** A group waits for its own tasks and for those of all groups below it. */
    fun isOf(waited: TaskGroup): Boolean = generateSequence(group) { it.parent() }.any { it == waited }

    companion object Key : CoroutineContext.Key<Membership>
}

/**
 * Makes a task the current one of each thread that runs its coroutine, so that tasks started there are its children.
 */
internal class CurrentTask(private val current: GroupTask, group: TaskGroup, outer: Membership?) :
    Membership(null, group, current, outer), ThreadContextElement<Any?> {
    override fun updateThreadContext(context: CoroutineContext): Any? = current.makeCurrent()

    override fun restoreThreadContext(context: CoroutineContext, oldState: Any?) {
        GroupTask.restoreCurrent(oldState)
    }
}

/** Throws if this coroutine is part of a task that the drain waits for. A detached coroutine may wait. */
internal suspend fun requireOutside(waited: String, isOf: (Membership) -> Boolean) {
    val context = currentCoroutineContext()
    val own = generateSequence(context[Membership]) { it.outer }.filter(isOf).map { it.job }.toList()
    if (own.isNotEmpty() && ancestry(context[Job]).any { it in own }) {
        throw IllegalStateException(
            "a task must not wait for a drain that needs its own end: it is one of $waited; wait outside the task"
        )
    }
}

@OptIn(ExperimentalCoroutinesApi::class)
private fun ancestry(job: Job?): Sequence<Job> = generateSequence(job) { it.parent }
