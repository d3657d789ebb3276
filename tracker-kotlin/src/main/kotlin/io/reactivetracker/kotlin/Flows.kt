// SPDX-License-Identifier: Apache-2.0
@file:JvmMultifileClass
@file:JvmName("CoroutineTracking")

package io.reactivetracker.kotlin

import io.reactivetracker.Registration
import io.reactivetracker.TaskOptions
import io.reactivetracker.TaskTracker
import io.reactivetracker.group.TaskGroup
import io.reactivetracker.kotlin.internal.TaskAttempts
import io.reactivetracker.kotlin.internal.TrackedBlock
import io.reactivetracker.kotlin.internal.orNamed
import io.reactivetracker.kotlin.internal.resultOf
import java.util.concurrent.atomic.AtomicReference
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.Job
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.flow.emitAll
import kotlinx.coroutines.flow.flow

/**
 * Counts each collection of this flow as a task.
 *
 * A collection is counted from before the upstream is collected until that has returned or thrown, whatever happens: it
 * completes, fails, is cancelled, or the downstream ends it, as `first()` does. What is downstream of this operator in
 * the same coroutine runs within `emit`, and so within the task; what comes after `collect` runs after the task. A
 * closed tracker counts the collection unless the options are strict.
 *
 * @param tracker counts the collections
 * @param options the name of the tasks, or else they have that of the collecting coroutine's [CoroutineName], if any;
 *   and whether a closed tracker refuses them, which makes `collect` throw a
 *   [io.reactivetracker.TrackerClosedException]
 * @return a flow of the same elements
 * @throws IllegalArgumentException if the options have a time limit, which a tracker cannot keep
 */
public fun <T> Flow<T>.trackWith(tracker: TaskTracker, options: TaskOptions = TaskOptions.defaults()): Flow<T> {
    TrackedBlock.requireOptions(tracker, options)
    return flow {
        TrackedBlock(tracker, options, currentCoroutineContext()).use { emitAll(this@trackWith) }
    }
}

/**
 * Counts each collection of this flow as a task of this name.
 *
 * @param tracker counts the collections
 * @param name the name of the tasks
 * @return a flow of the same elements
 * @throws IllegalArgumentException if the name is blank
 */
public fun <T> Flow<T>.trackWith(tracker: TaskTracker, name: String): Flow<T> =
    trackWith(tracker, TaskOptions.named(name))

/**
 * Makes each collection of this flow a task of a group.
 *
 * The collection suspends until the group admits it. It fails with an [IllegalStateException] if the group is closed or
 * cancelled, and with a [io.reactivetracker.group.TaskRejectedException] if the group's admission rejects it.
 * Cancelling the group cancels what runs upstream and downstream within the collection, which then throws a
 * [io.reactivetracker.TaskCancelledException]; the collecting coroutine itself is not cancelled. If the upstream fails,
 * the error policy may collect it again, or emit the result of a continuation, if that is not null. An exception of the
 * downstream is not retried.
 *
 * A flow must not change the context of its collector, so a task that is started within the collection is not a child
 * of this one. Use `group.track { }` around the collection for that.
 *
 * @param group counts and admits the tasks, and decides about their errors
 * @param options the name of the tasks, or else they have that of the collecting coroutine's [CoroutineName], or else
 *   that of the group; their parent and their time limit; a task of a group is always strict
 * @return a flow of the same elements
 */
public fun <T> Flow<T>.trackWith(group: TaskGroup, options: TaskOptions = TaskOptions.defaults()): Flow<T> = flow {
    val collector = WatchedCollector(this)
    TaskAttempts.run(
        group,
        options.orNamed(currentCoroutineContext()),
        canRetry = { !collector.hasFailed },
        onResumed = { value -> value?.let { collector.emit(resultOf(it)) } },
    ) {
        collector.emitAll(this@trackWith)
    }
}

/**
 * Makes each collection of this flow a task of this name in a group.
 *
 * @param group counts and admits the tasks, and decides about their errors
 * @param name the name of the tasks
 * @return a flow of the same elements
 * @throws IllegalArgumentException if the name is blank
 */
public fun <T> Flow<T>.trackWith(group: TaskGroup, name: String): Flow<T> = trackWith(group, TaskOptions.named(name))

/** Tells an exception of the downstream from one of the upstream. */
private class WatchedCollector<T>(private val downstream: FlowCollector<T>) : FlowCollector<T> {
    var hasFailed = false

    override suspend fun emit(value: T) {
        try {
            downstream.emit(value)
        } catch (failure: Throwable) {
            hasFailed = true
            throw failure
        }
    }
}

/**
 * Completes each collection of this flow when a tracker is closed.
 *
 * Use it for a source that never ends by itself, upstream of `trackWith`. The upstream is cancelled, and its clean-up
 * runs. An element that is being emitted is not cut off: the flow completes after the downstream has processed it. If
 * the tracker is closed already, the upstream is not collected.
 *
 * @param tracker ends the collections
 * @return a flow that also ends with the close
 */
public fun <T> Flow<T>.untilClosed(tracker: TaskTracker): Flow<T> = untilEvent(tracker::onClose)

/**
 * Completes each collection of this flow when a group begins to end: it is closed or cancelled, or a shutdown of it or
 * of a group above it begins. As with a tracker.
 *
 * @param group ends the collections
 * @return a flow that also ends with the close
 */
public fun <T> Flow<T>.untilClosed(group: TaskGroup): Flow<T> = untilEvent(group::onClose)

private fun <T> Flow<T>.untilEvent(register: (Runnable) -> Registration): Flow<T> = flow {
    val end = SourceEnd(this)
    try {
        coroutineScope {
            val job = coroutineContext[Job]!!
            register { end.cut(job) }.use { end.collect(this@untilEvent) }
        }
    } catch (cut: SourceEnded) {
        if (cut.end !== end) {
            throw cut
        }
        // A cancel of the collector itself is not to be lost.
        currentCoroutineContext().ensureActive()
    }
}

/**
 * Cuts an upstream off, between two elements.
 *
 * ```
 *             emit                       cut
 *   UPSTREAM ⇄ DOWNSTREAM     UPSTREAM ──→ CUT   cancels the upstream
 *                           DOWNSTREAM ──→ CUT   the emit throws when the downstream has returned
 * ```
 */
private class SourceEnd<T>(private val downstream: FlowCollector<T>) : FlowCollector<T> {
    private enum class Place {
        UPSTREAM,
        DOWNSTREAM,
        CUT,
    }

    private val place = AtomicReference(Place.UPSTREAM)
    private val ended = SourceEnded(this)

    suspend fun collect(upstream: Flow<T>) {
        if (place.get() == Place.CUT) {
            throw ended
        }
        upstream.collect(this)
    }

    fun cut(job: Job) {
        if (place.getAndSet(Place.CUT) == Place.UPSTREAM) {
            job.cancel(ended)
        }
    }

    override suspend fun emit(value: T) {
        if (!place.compareAndSet(Place.UPSTREAM, Place.DOWNSTREAM)) {
            throw ended
        }
        downstream.emit(value)
        if (!place.compareAndSet(Place.DOWNSTREAM, Place.UPSTREAM)) {
            throw ended
        }
    }
}

/** Ends the upstream, as the exception that `take` throws does. Has no constructor that recovers a stack trace. */
private class SourceEnded(val end: SourceEnd<*>) :
    CancellationException("the source ends because the close has begun") {
    override fun fillInStackTrace(): Throwable = this
}
