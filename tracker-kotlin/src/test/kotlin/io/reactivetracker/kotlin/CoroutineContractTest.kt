// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.kotlin

import io.reactivetracker.TaskCancelledException
import io.reactivetracker.TaskOptions
import io.reactivetracker.TaskTracker
import io.reactivetracker.group.TaskGroup
import io.reactivetracker.test.GroupAdapterContract
import io.reactivetracker.test.TrackedWork
import io.reactivetracker.test.TrackerAdapterContract
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch as launchIn
import org.junit.jupiter.api.Nested

/**
 * The contracts of adapters for flows, suspending blocks and coroutines, which all run in the thread that resumes them.
 */
class CoroutineContractTest {
    @Nested
    inner class OfFlows : TrackerAdapterContract() {
        override fun start(tracker: TaskTracker, options: TaskOptions, work: TrackedWork) =
            Source(work).consumedBy { flow<Unit> { run() }.trackWith(tracker, options).collect() }

        override fun endsAfterDelivery() = false
    }

    @Nested
    inner class OfBlocks : TrackerAdapterContract() {
        override fun start(tracker: TaskTracker, options: TaskOptions, work: TrackedWork) =
            Source(work).consumedBy { tracker.track(options) { run() } }

        override fun endsAfterDelivery() = false
    }

    @Nested
    inner class OfFlowsInGroups : GroupAdapterContract() {
        override fun start(group: TaskGroup, options: TaskOptions, work: TrackedWork) =
            Source(work).consumedBy { flow<Unit> { run() }.trackWith(group, options).collect() }

        override fun endsAfterDelivery() = false
    }

    @Nested
    inner class OfBlocksInGroups : GroupAdapterContract() {
        override fun start(group: TaskGroup, options: TaskOptions, work: TrackedWork) =
            Source(work).consumedBy { group.track(options) { run() } }

        override fun endsAfterDelivery() = false
    }

    @Nested
    inner class OfCoroutines : GroupAdapterContract() {
        override fun start(group: TaskGroup, options: TaskOptions, work: TrackedWork) =
            Source(work).runBy { body -> group.launch(options, inThisThread) { body() } }

        override fun endsAfterDelivery() = false
    }

    @Nested
    inner class OfResults : GroupAdapterContract() {
        override fun start(group: TaskGroup, options: TaskOptions, work: TrackedWork) =
            Source(work).runBy { body -> group.async(options, inThisThread) { body() } }

        override fun endsAfterDelivery() = false
    }

    @Nested
    inner class OfCoroutinesOfAScope : GroupAdapterContract() {
        override fun start(group: TaskGroup, options: TaskOptions, work: TrackedWork) =
            Source(work).runBy { body -> CoroutineScope(inThisThread).launch(group, options) { body() } }

        override fun endsAfterDelivery() = false
    }

    private class Source(private val work: TrackedWork) : TrackedWork.Controls {
        private val end = CompletableDeferred<Unit>()
        private lateinit var job: Job

        suspend fun run() {
            work.started()
            try {
                end.await()
            } catch (cancelled: CancellationException) {
                if (!currentCoroutineContext().isActive) work.stopped()
                throw cancelled
            }
        }

        /** The downstream is a coroutine of its own, which is told by the return of the body. */
        fun consumedBy(body: suspend Source.() -> Unit): TrackedWork.Controls {
            job =
                CoroutineScope(inThisThread).launchIn {
                    try {
                        body()
                    } catch (failure: Throwable) {
                        if (isActive) work.failed(withoutWrapper(failure))
                        return@launchIn
                    }
                    work.succeeded()
                }
            return this
        }

        /** The downstream is a handler of the task's job. */
        fun runBy(launch: (suspend () -> Unit) -> Job): TrackedWork.Controls {
            try {
                job = launch(::run)
            } catch (refused: IllegalStateException) {
                throw withoutWrapper(refused)
            }
            job.invokeOnCompletion { cause -> if (cause == null) work.succeeded() else work.failed(cause) }
            return this
        }

        override fun succeed() {
            end.complete(Unit)
        }

        override fun fail(error: Throwable) {
            end.completeExceptionally(error)
        }

        override fun cancel() {
            job.cancel()
        }
    }

    private companion object {
        val inThisThread = Dispatchers.Unconfined + CoroutineExceptionHandler { _, _ -> }

        /** A cancelled group's refusal is not thrown as a `CancellationException`, which would end the caller. */
        fun withoutWrapper(failure: Throwable): Throwable = failure.cause as? TaskCancelledException ?: failure
    }
}
