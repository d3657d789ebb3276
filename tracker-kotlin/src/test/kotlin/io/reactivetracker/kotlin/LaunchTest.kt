// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.kotlin

import io.reactivetracker.TaskCancelledException
import io.reactivetracker.TaskOptions
import io.reactivetracker.TaskTimeoutException
import io.reactivetracker.group.Admission
import io.reactivetracker.group.Backoff
import io.reactivetracker.group.ErrorPolicy
import io.reactivetracker.group.GroupClosedException
import io.reactivetracker.group.Shutdown
import io.reactivetracker.group.TaskGroup
import io.reactivetracker.test.ManualTimer
import java.io.IOException
import java.time.Duration
import java.util.concurrent.RejectedExecutionException
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.future.await
import kotlinx.coroutines.launch as launchIn
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test

class LaunchTest {
    private val group = TaskGroup.builder("orders").build()

    @Test
    fun aJobIsATaskUntilItHasCompletedWithItsChildren() = runTest {
        val childMayEnd = CompletableDeferred<Unit>()
        val job = group.launch("ship", coroutineContext) { launchIn { childMayEnd.await() } }
        runCurrent()
        assertThat(job.isActive).isTrue()
        assertThat(group.runningTasks().map { it.name() }).containsExactly("ship")
        group.close()
        assertThat(group.drained().isDone).isFalse()
        childMayEnd.complete(Unit)
        group.awaitDrained()
        assertThat(job.isCompleted).isTrue()
        assertThat(group.counts().succeeded()).isEqualTo(1)
    }

    @Test
    fun aChildThatOtherCodeAddsToTheJobIsAwaited() = runTest {
        val mayEnd = CompletableDeferred<Unit>()
        val job = group.launch("ship", coroutineContext) { yield() }
        val added = CoroutineScope(job + coroutineContext.minusKey(Job)).launchIn { mayEnd.await() }
        runCurrent()
        group.close()
        assertThat(group.drained().isDone).isFalse()
        mayEnd.complete(Unit)
        group.awaitDrained()
        assertThat(added.isCompleted).isTrue()
    }

    @Test
    fun aClosedGroupRefusesAtTheCall() {
        group.close()
        assertThatThrownBy { group.launch("late") {} }
            .isInstanceOf(GroupClosedException::class.java)
            .hasMessageContaining("\"orders\"")
        assertThatThrownBy { runBlocking { launch(group, "late") {} } }.isInstanceOf(GroupClosedException::class.java)
        assertThatThrownBy { group.async("late") {} }.isInstanceOf(GroupClosedException::class.java)
        assertThat(group.counts().issued()).isZero()
    }

    @Test
    fun theRefusalOfACancelledGroupDoesNotEndTheCallerSilently() {
        group.cancel(IOException("enough"))
        assertThatThrownBy { group.launch("late") {} }
            .isInstanceOf(IllegalStateException::class.java)
            .isNotInstanceOf(CancellationException::class.java)
            .hasCauseInstanceOf(TaskCancelledException::class.java)
            .hasMessageContaining("\"orders\" is cancelled")
        assertThat(group.counts().issued()).isZero()
    }

    @Test
    fun aBlankNameIsRefused() {
        assertThatThrownBy { group.launch(" ") {} }
            .isInstanceOf(IllegalArgumentException::class.java)
            .hasMessageContaining("task name must not be blank")
        assertThat(group.counts().issued()).isZero()
    }

    @Test
    fun theNameIsTheGivenOneOrTheCoroutinesOrTheGroups() = runTest {
        val names = mutableListOf<String?>()
        group.launch("given", coroutineContext + CoroutineName("other")) { names += currentName() }
        launch(group, context = CoroutineName("coroutine")) { names += currentName() }
        group.launch(context = coroutineContext) { names += currentName() }
        group.launch(context = coroutineContext + CoroutineName(" ")) { names += currentName() }
        assertThat(group.snapshot().counts().issued()).isEqualTo(4)
        group.close()
        group.awaitDrained()
        assertThat(names).containsExactly("given given", "coroutine coroutine", "orders orders", "orders orders")
    }

    private fun CoroutineScope.currentName() =
        "${coroutineContext.currentTask?.name()} ${coroutineContext[CoroutineName]?.name}"

    @Test
    fun cancellingTheJobCancelsTheTask() = runTest {
        val job = group.launch("ship", coroutineContext) { awaitCancellation() }
        runCurrent()
        job.cancel()
        job.join()
        assertThat(group.counts().cancelled()).isEqualTo(1)
        assertThat(group.counts().active()).isZero()
    }

    @Test
    fun cancellingTheGroupCancelsTheJobOnceItsCleanUpIsDone() = runTest {
        val mayEnd = CompletableDeferred<Unit>()
        var seen: Throwable? = null
        val job =
            group.launch("ship", coroutineContext) {
                try {
                    awaitCancellation()
                } catch (cancelled: CancellationException) {
                    seen = cancelled
                    withContext(NonCancellable) { mayEnd.await() }
                    throw cancelled
                }
            }
        runCurrent()
        group.cancel(IOException("enough"))
        runCurrent()
        assertThat(seen).isInstanceOf(TaskCancelledException::class.java).hasMessageContaining("ship")
        assertThat(group.counts().active()).isEqualTo(1)
        mayEnd.complete(Unit)
        group.awaitDrained()
        assertThat(job.isCancelled).isTrue()
        assertThat(group.counts().cancelled()).isEqualTo(1)
    }

    @Test
    fun aJobThatIsCancelledBeforeItRunsIsCounted() = runTest {
        val job = group.launch("ship", coroutineContext) { error("must not run") }
        job.cancel()
        group.close()
        group.awaitDrained()
        assertThat(group.counts().cancelled()).isEqualTo(1)
    }

    @Test
    fun aJobOfACancelledScopeIsCounted() = runTest {
        val scope = CoroutineScope(Job().apply { cancel() })
        assertThat(scope.launch(group, "ship") { error("must not run") }.isCancelled).isTrue()
        group.close()
        group.awaitDrained()
        assertThat(group.counts().cancelled()).isEqualTo(1)
    }

    @Test
    fun aScopeWaitsForItsTasksAndFailsWithThem() = runTest {
        assertThatThrownBy {
                runBlocking {
                    coroutineScope {
                        launch(group, "sibling") { awaitCancellation() }
                        launch(group, "broken") { throw IOException("broken") }
                    }
                }
            }
            .isInstanceOf(IOException::class.java)
        assertThat(group.counts().failed()).isEqualTo(1)
        assertThat(group.counts().cancelled()).isEqualTo(1)
    }

    @Test
    fun anErrorReachesTheHandlerAndIsCountedAsFailed() = runTest {
        val handled = CompletableDeferred<Throwable>()
        val handler = CoroutineExceptionHandler { _, error -> handled.complete(error) }
        group.launch("ship", handler) { throw IOException("broken") }
        assertThat(handled.await()).hasMessage("broken")
        group.close()
        group.awaitDrained()
        assertThat(group.counts().failed()).isEqualTo(1)
    }

    @Test
    fun asyncReturnsTheResultOrTheError() = runTest {
        assertThat(group.async("answer") { 42 }.await()).isEqualTo(42)
        val broken = group.async<Int>("broken") { throw IOException("broken") }
        assertThat(runCatching { broken.await() }.exceptionOrNull()).isInstanceOf(IOException::class.java)
        assertThat(group.async<String?>("nothing") { null }.await()).isNull()
    }

    @Test
    fun aQueuedCoroutineWaitsForItsPermitWithoutAThread() = runTest {
        val limited = TaskGroup.builder("limited").admission(Admission.concurrency(1)).executor(Runnable::run).build()
        val first = CompletableDeferred<Unit>()
        val order = mutableListOf<String>()
        limited.launch("first", coroutineContext) { first.await().also { order += "first" } }
        val second = limited.launch("second", coroutineContext) { order += "second" }
        val third = limited.launch("third", coroutineContext) { order += "third" }
        runCurrent() // one thread runs all of them
        assertThat(limited.counts().active()).isEqualTo(1)
        assertThat(limited.counts().queued()).isEqualTo(2)
        second.cancel()
        runCurrent()
        assertThat(limited.counts().queued()).isEqualTo(1)
        first.complete(Unit)
        third.join()
        assertThat(order).containsExactly("first", "third")
        assertThat(limited.counts().cancelled()).isEqualTo(1)
    }

    @Test
    fun joinDoesNotStartAQueuedCoroutine() = runTest {
        val limited = TaskGroup.builder("limited").admission(Admission.concurrency(1)).executor(Runnable::run).build()
        val first = CompletableDeferred<Unit>()
        var hasRun = false
        limited.launch("first", coroutineContext) { first.await() }
        val second = limited.launch("second", coroutineContext) { hasRun = true }
        second.start()
        runCurrent()
        assertThat(hasRun).isFalse()
        first.complete(Unit)
        second.join()
        assertThat(hasRun).isTrue()
    }

    @Test
    fun aRejectedTaskFails() = runTest {
        val full =
            TaskGroup.builder("full")
                .admission { request ->
                    request.reject("full")
                    io.reactivetracker.Registration.none()
                }
                .build()
        val job = full.async("ship") { error("must not run") }
        assertThat(runCatching { job.await() }.exceptionOrNull())
            .isInstanceOf(RejectedExecutionException::class.java)
            .hasMessageContaining("full")
        full.close()
        full.awaitDrained()
        assertThat(full.counts().rejected()).isEqualTo(1)
    }

    @Test
    fun aDispatcherThatRefusesRejectsTheTask() = runTest {
        val refusing = java.util.concurrent.Executor { throw RejectedExecutionException("no") }.asCoroutineDispatcher()
        group.launch("ship", refusing) { error("must not run") }
        group.close()
        group.awaitDrained()
        assertThat(group.counts().rejected()).isEqualTo(1)
    }

    @Test
    fun theErrorPolicyRunsTheBlockAgain() = runTest {
        val retrying = TaskGroup.builder("retrying").onError(ErrorPolicy.retry(2, Backoff.none())).build()
        val attempts = mutableListOf<Int>()
        val result =
            retrying.async("ship", coroutineContext) {
                attempts += coroutineContext.currentTask!!.attempt()
                coroutineScope { launchIn { if (attempts.size < 3) throw IOException("broken") } }
                "shipped"
            }
        assertThat(result.await()).isEqualTo("shipped")
        assertThat(attempts).containsExactly(1, 2, 3)
        assertThat(retrying.counts().succeeded()).isEqualTo(1)
    }

    @Test
    fun aCancelEndsTheWaitForTheNextAttempt() = runTest {
        val retrying =
            TaskGroup.builder("retrying").onError(ErrorPolicy.retry(2, Backoff.fixed(Duration.ofDays(1)))).build()
        val job = retrying.launch("ship", coroutineContext) { throw IOException("broken") }
        runCurrent()
        assertThat(job.isActive).isTrue()
        retrying.cancel()
        retrying.awaitDrained()
        assertThat(retrying.counts().cancelled()).isEqualTo(1)
    }

    @Test
    fun aTimeLimitCancelsTheJob() = runTest {
        val timer = ManualTimer()
        val timed = TaskGroup.builder("timed").timer(timer).build()
        val job = timed.async(TaskOptions.timeout(Duration.ofSeconds(3)), coroutineContext) { awaitCancellation() }
        runCurrent()
        timer.advance(Duration.ofSeconds(3))
        assertThat(runCatching { job.await() }.exceptionOrNull()).isInstanceOf(TaskTimeoutException::class.java)
        timed.close()
        timed.awaitDrained()
        assertThat(timed.counts().timedOut()).isEqualTo(1)
    }

    @Test
    fun aChildTaskNeedsNoSecondPermit() = runTest {
        val limited = TaskGroup.builder("limited").admission(Admission.concurrency(1)).build()
        val result =
            limited.async("parent") {
                withContext(Dispatchers.IO) { limited.async("child") { "done" }.await() }
            }
        assertThat(result.await()).isEqualTo("done")
    }

    @Test
    fun aTaskMustNotWaitForItsOwnDrain() = runTest {
        val child = group.child("mails")
        val refused =
            child.async("ship") {
                withContext(Dispatchers.IO) { runCatching { group.awaitDrained() }.exceptionOrNull() }
            }
        assertThat(refused.await()).isInstanceOf(IllegalStateException::class.java).hasMessageContaining("\"orders\"")
    }

    @Test
    fun aDetachedCoroutineOfATaskMayWait() = runTest {
        val watcher =
            group.async("ship") {
                val own = coroutineContext
                CoroutineScope(own + Job()).launchIn { group.awaitDrained() }
            }
        group.close()
        watcher.await().join()
        assertThat(group.drained().isDone).isTrue()
    }

    @Test
    fun aShutdownReportsTheTasksThatItCancels() = runTest {
        val job = group.launch("ship") { awaitCancellation() }
        val report = group.shutdownAndAwait(grace = 0.seconds, cancelWait = 30.seconds)
        assertThat(job.isCancelled).isTrue()
        assertThat(report.isDrained).isTrue()
        assertThat(group.counts().cancelled()).isEqualTo(1)
    }

    @Test
    fun cancellingTheWaitDoesNotStopTheShutdown() = runTest {
        val mayEnd = CompletableDeferred<Unit>()
        group.launch("ship") { mayEnd.await() }
        val waiting = launchIn { group.shutdownAndAwait(grace = 1.days, cancelWait = 1.days) }
        runCurrent()
        waiting.cancel()
        waiting.join()
        val report = group.shutdown(Shutdown.grace(Duration.ofDays(1)).thenCancel(Duration.ofDays(1)))
        assertThat(report.isDone).isFalse()
        mayEnd.complete(Unit)
        assertThat(report.await().isDrained).isTrue()
    }

    @Test
    fun aTimeThatIsNegativeIsRefused() = runTest {
        assertThat(runCatching { group.shutdownAndAwait((-1).seconds, 1.seconds) }.exceptionOrNull())
            .isInstanceOf(IllegalArgumentException::class.java)
        assertThat(group.isClosed).isFalse()
    }

    @Test
    fun aTaskOfAGroupRunsInTheCallersCoroutine() = runTest {
        assertThat(group.track("ship") { coroutineContext.currentTask?.name() }).isEqualTo("ship")
        val cancelled = runCatching {
            group.track("hangs") {
                group.cancel(IOException("enough"))
                awaitCancellation()
            }
        }
        assertThat(cancelled.exceptionOrNull()).isInstanceOf(TaskCancelledException::class.java)
        yield() // this coroutine is not cancelled
        group.awaitDrained()
        assertThat(group.counts().cancelled()).isEqualTo(1)
        assertThat(group.counts().succeeded()).isEqualTo(1)
    }
}
