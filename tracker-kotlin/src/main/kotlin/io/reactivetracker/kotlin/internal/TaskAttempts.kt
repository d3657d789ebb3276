// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.kotlin.internal

import io.reactivetracker.TaskCancelledException
import io.reactivetracker.TaskOptions
import io.reactivetracker.adapter.GroupTask
import io.reactivetracker.adapter.TaskBody
import io.reactivetracker.group.Outcome
import io.reactivetracker.group.TaskGroup
import java.util.concurrent.RejectedExecutionException
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.future.await
import kotlinx.coroutines.isActive

/**
 * The attempts of a group's task in a coroutine: each suspends until the task is admitted.
 *
 * The task calls this from any thread, and the coroutine reads its turn: a deferred that is completed with null when
 * the next attempt may run, or with the error that ends the task instead. The coroutine replaces the turn before it
 * asks the policy for another attempt, so no call of the task comes between.
 */
internal class TaskAttempts(val task: GroupTask) : TaskBody {
    // Written before the task is started.
    private lateinit var job: Job

    @Volatile private var turn = CompletableDeferred<Throwable?>()

    @Volatile private var hasRun = false

    /** Starts the task, whose cancel cancels the job. Once. */
    fun start(job: Job) {
        this.job = job
        if (task.start(this)) {
            attempt()
        }
    }

    override fun attempt() {
        turn.complete(null)
    }

    override fun fail(error: Throwable) {
        turn.complete(error)
    }

    override fun cancelTask() {
        job.cancel(task.cancellation())
    }

    /** Runs the attempts, one after the other, until the first that succeeds or that the policy lets end the task. */
    suspend fun <T> run(
        canRetry: (Throwable) -> Boolean,
        onResumed: suspend (Any?) -> T,
        body: suspend () -> T,
    ): T {
        while (true) {
            turn.await()?.let { throw it }
            hasRun = true
            try {
                return runAttempt(onResumed, body)
            } catch (error: Throwable) {
                turn = CompletableDeferred()
                if (!currentCoroutineContext().isActive || !canRetry(error) || !task.retryOrResume(error)) {
                    throw error
                }
            }
        }
    }

    private suspend fun <T> runAttempt(onResumed: suspend (Any?) -> T, body: suspend () -> T): T {
        val continuation = task.continuation() ?: return body()
        return onResumed(continuation.resume(task).await())
    }

    /** Returns the outcome of a job or of a block that has ended so; null if it has succeeded. */
    fun outcomeOf(cause: Throwable?): Outcome =
        when {
            cause == null -> Outcome.SUCCEEDED
            // The dispatcher refuses to run the coroutine, which kotlinx.coroutines turns into a cancel.
            !hasRun && cause is CancellationException && cause.cause is RejectedExecutionException -> Outcome.REJECTED
            else -> task.outcomeOf(cause)
        }

    companion object {
        /**
         * Issues a task. The refusal of a cancelled group is not thrown as the `CancellationException` that it is: in a
         * coroutine it would end the caller without a word.
         */
        fun issue(group: TaskGroup, options: TaskOptions): TaskAttempts =
            try {
                TaskAttempts(GroupTask.issue(group, options) { null })
            } catch (cancelled: TaskCancelledException) {
                throw IllegalStateException("group \"${group.name()}\" is cancelled and takes no new tasks", cancelled)
            }

        /** Runs a block in this coroutine as a task, which ends when the block has ended with all its children. */
        suspend fun <T> run(
            group: TaskGroup,
            options: TaskOptions,
            canRetry: (Throwable) -> Boolean,
            onResumed: suspend (Any?) -> T,
            block: suspend (GroupTask) -> T,
        ): T {
            val attempts = issue(group, options)
            var outcome = Outcome.FAILED
            try {
                return coroutineScope {
                    attempts.start(coroutineContext[Job]!!)
                    attempts.run(canRetry, onResumed) { block(attempts.task) }
                }
                    .also { outcome = Outcome.SUCCEEDED }
            } catch (error: Throwable) {
                outcome = attempts.outcomeOf(error)
                throw error
            } finally {
                attempts.task.end(outcome)
            }
        }
    }
}

internal val ALWAYS: (Throwable) -> Boolean = { true }

/** Takes the result of a continuation as that of the task, whose type the Javadoc of `Continuation` requires. */
@Suppress("UNCHECKED_CAST") internal fun <T> resultOf(resumed: Any?): T = resumed as T
