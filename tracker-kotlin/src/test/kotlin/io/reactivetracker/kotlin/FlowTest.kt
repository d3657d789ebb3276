// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.kotlin

import io.reactivetracker.TaskCancelledException
import io.reactivetracker.TaskOptions
import io.reactivetracker.TaskTracker
import io.reactivetracker.group.Backoff
import io.reactivetracker.group.ErrorPolicy
import io.reactivetracker.group.GroupClosedException
import io.reactivetracker.group.TaskGroup
import java.io.IOException
import java.time.Duration
import java.util.concurrent.CompletableFuture
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch as launchIn
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test

class FlowTest {
    private val tracker = TaskTracker.create("orders")
    private val group = TaskGroup.builder("orders").build()

    @Test
    fun aCollectionIsCountedWhileItRuns() = runTest {
        val seen = flowOf(1, 2).trackWith(tracker, "ship").onEach { assertThat(tracker.size()).isEqualTo(1) }.toList()
        assertThat(seen).containsExactly(1, 2)
        assertThat(tracker.size()).isZero()
    }

    @Test
    fun aCollectionIsReleasedHoweverItEnds() = runTest {
        val endless = flow { while (true) emit(1) }
        assertThat(endless.trackWith(tracker).first()).isEqualTo(1)
        assertThat(runCatching { endless.trackWith(tracker).collect { throw IOException("downstream") } }.isFailure)
            .isTrue()
        assertThat(runCatching { flow<Int> { throw StackOverflowError() }.trackWith(tracker).toList() }.isFailure)
            .isTrue()
        val job = launchIn { flow<Int> { awaitCancellation() }.trackWith(tracker).toList() }
        runCurrent()
        assertThat(tracker.size()).isEqualTo(1)
        job.cancel()
        job.join()
        assertThat(tracker.size()).isZero()
    }

    @Test
    fun theNameIsTheCoroutines() = runTest {
        withContext(CoroutineName("import")) {
            flowOf(1).trackWith(tracker).collect {
                assertThat(tracker.runningTasks().map { it.name() }).containsExactly("import")
            }
        }
        assertThatThrownBy { flowOf(1).trackWith(tracker, " ") }.isInstanceOf(IllegalArgumentException::class.java)
        assertThatThrownBy { flowOf(1).trackWith(group, " ") }.isInstanceOf(IllegalArgumentException::class.java)
    }

    @Test
    fun aBlockIsCounted() = runTest {
        assertThat(tracker.track("import") { tracker.runningTasks().single().name() }).isEqualTo("import")
        assertThat(runCatching { tracker.track<Int> { throw IOException("broken") } }.exceptionOrNull())
            .isInstanceOf(IOException::class.java)
        assertThat(runCatching { tracker.track { tracker.awaitDrained() } }.exceptionOrNull())
            .isInstanceOf(IllegalStateException::class.java)
            .hasMessageContaining("\"orders\"")
        assertThat(tracker.size()).isZero()
    }

    @Test
    fun aCollectionInAGroupIsATask() = runTest {
        assertThat(flowOf(1, 2).trackWith(group, "ship").toList()).containsExactly(1, 2)
        assertThat(flowOf(1, 2).trackWith(group).take(1).toList()).containsExactly(1)
        group.close()
        assertThat(runCatching { flowOf(1).trackWith(group).toList() }.exceptionOrNull())
            .isInstanceOf(GroupClosedException::class.java)
        assertThat(group.counts().succeeded()).isEqualTo(1)
        assertThat(group.counts().cancelled()).isEqualTo(1)
        assertThat(group.drained().isDone).isTrue()
    }

    @Test
    fun aTimeLimitThatATrackerCannotKeepIsRefusedAtTheCall() = runTest {
        assertThatThrownBy { flowOf(1).trackWith(tracker, TaskOptions.timeout(Duration.ofSeconds(1))) }
            .isInstanceOf(IllegalArgumentException::class.java)
            .hasMessageContaining("Use a TaskGroup")
        assertThat(runCatching { tracker.track(TaskOptions.timeout(Duration.ofSeconds(1))) {} }.exceptionOrNull())
            .isInstanceOf(IllegalArgumentException::class.java)
        assertThat(tracker.size()).isZero()
    }

    @Test
    fun theRefusalOfACancelledGroupDoesNotEndTheCollectorSilently() = runTest {
        group.cancel(IOException("enough"))
        for (refused in
            listOf(runCatching { flowOf(1).trackWith(group).toList() }, runCatching { group.track("late") {} })) {
            assertThat(refused.exceptionOrNull())
                .isInstanceOf(IllegalStateException::class.java)
                .isNotInstanceOf(CancellationException::class.java)
                .hasCauseInstanceOf(TaskCancelledException::class.java)
        }
        assertThat(group.counts().issued()).isZero()
    }

    @Test
    fun theResultOfAContinuationIsEmitted() = runTest {
        val resuming =
            TaskGroup.builder("resuming")
                .onError(ErrorPolicy.resumeWith(1) { CompletableFuture.completedFuture("from the cache") })
                .build()
        val broken = flow {
            emit("first")
            throw IOException("broken")
        }
        assertThat(broken.trackWith(resuming).toList()).containsExactly("first", "from the cache")
        assertThat(resuming.async<String>("ship") { throw IOException("broken") }.await()).isEqualTo("from the cache")
        resuming.close()
        resuming.awaitDrained() // await() may return before the counts show the end
        assertThat(resuming.counts().succeeded()).isEqualTo(2)
    }

    @Test
    fun cancellingTheGroupCancelsTheCollectionAndNotItsCoroutine() = runTest {
        var error: Throwable? = null
        val job = launchIn {
            error = runCatching { flow<Int> { awaitCancellation() }.trackWith(group).toList() }.exceptionOrNull()
            yield()
        }
        runCurrent()
        group.cancel()
        job.join()
        assertThat(error).isInstanceOf(TaskCancelledException::class.java)
        assertThat(job.isCancelled).isFalse()
        assertThat(group.counts().cancelled()).isEqualTo(1)
    }

    @Test
    fun anUpstreamIsCollectedAgainButADownstreamIsNot() = runTest {
        val retrying = TaskGroup.builder("retrying").onError(ErrorPolicy.retry(2, Backoff.none())).build()
        var attempts = 0
        val flaky = flow {
            emit(++attempts)
            if (attempts < 3) throw IOException("upstream")
        }
        assertThat(flaky.trackWith(retrying).toList()).containsExactly(1, 2, 3)
        attempts = 0
        val failure = runCatching { flaky.trackWith(retrying).collect { throw IOException("downstream") } }
        assertThat(failure.exceptionOrNull()).hasMessage("downstream")
        assertThat(attempts).isEqualTo(1)
        assertThat(retrying.counts().failed()).isEqualTo(1)
    }

    @Test
    fun aSourceEndsWithTheCloseAfterTheElementInFlight() = runTest {
        val mayShip = CompletableDeferred<Unit>()
        var isStopped = false
        val shipped = mutableListOf<Int>()
        val source = callbackFlow {
            send(1)
            send(2)
            awaitClose { isStopped = true }
        }
        val job = launchIn {
            source
                .untilClosed(tracker)
                .onEach {
                    mayShip.await()
                    shipped += it
                }
                .trackWith(tracker)
                .toList()
        }
        runCurrent()
        tracker.close()
        runCurrent()
        assertThat(tracker.isDrained).isFalse()
        mayShip.complete(Unit)
        tracker.awaitDrained()
        job.join()
        assertThat(job.isCancelled).isFalse()
        assertThat(shipped).containsExactly(1)
        assertThat(isStopped).isTrue()
    }

    @Test
    fun anIdleSourceEndsWithTheClose() = runTest {
        val job = launchIn {
            assertThat(flow<Int> { emit(1).also { awaitCancellation() } }.untilClosed(group).toList())
                .containsExactly(1)
        }
        runCurrent()
        group.close()
        job.join()
        assertThat(job.isCancelled).isFalse()
        assertThat(flow<Int> { error("must not be collected") }.untilClosed(group).toList()).isEmpty()
    }
}
