// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.kotlin

import io.reactivetracker.group.GroupClosedException
import io.reactivetracker.group.TaskGroup
import java.util.concurrent.CyclicBarrier
import java.util.concurrent.ThreadLocalRandom
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.LongAdder
import kotlin.concurrent.thread
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.launch as launchIn
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.awaitility.Awaitility.await
import org.junit.jupiter.api.Test

/** Counts stay exact whatever coroutines do. `-Dkotlin.coroutines=1000000` sets their number. */
class RandomOutcomesTest {
    private val jobs = Integer.getInteger("kotlin.coroutines", 20_000)
    private val silent = CoroutineExceptionHandler { _, _ -> }

    @Test
    fun coroutinesThatSucceedFailAndAreCancelledAreCountedExactly(): Unit = runBlocking {
        val group = TaskGroup.builder("random").build()
        val succeeded = LongAdder()
        val failed = LongAdder()
        val cancelled = LongAdder()
        repeat(jobs) {
            val random = ThreadLocalRandom.current()
            val ending = random.nextInt(4)
            val job =
                group.launch("task", silent) {
                    if (ThreadLocalRandom.current().nextBoolean()) yield()
                    when (ending) {
                        0 -> Unit
                        1 -> throw IllegalStateException("broken")
                        2 -> throw CancellationException("by itself")
                        else -> awaitCancellation()
                    }
                }
            job.invokeOnCompletion { cause ->
                when (cause) {
                    null -> succeeded
                    is CancellationException -> cancelled
                    else -> failed
                }.increment()
            }
            if (ending == 3 || random.nextInt(8) == 0) job.cancel()
        }
        group.close()
        group.awaitDrained()
        val counts = group.counts()
        assertThat(counts.pending()).isZero()
        assertThat(counts.issued()).isEqualTo(jobs.toLong())
        assertThat(counts.succeeded() + counts.failed() + counts.cancelled()).isEqualTo(jobs.toLong())
        // The handlers of this test run after the task has ended.
        await().untilAsserted {
            assertThat(succeeded.sum()).isEqualTo(counts.succeeded())
            assertThat(failed.sum()).isEqualTo(counts.failed())
            assertThat(cancelled.sum()).isEqualTo(counts.cancelled())
        }
    }

    /**
     * Each launch that races with a close is either refused or awaited: its block has run when the group is drained.
     */
    @Test
    fun aLaunchThatRacesWithACloseIsRefusedOrAwaited() {
        assertThat(lateBlocks(jobs / 20) { group, block -> group.launch("task", Dispatchers.Default) { block() } })
            .isZero()
    }

    /** The control: a check and a launch in two steps lose work, and the test sees it. */
    @Test
    @OptIn(DelicateCoroutinesApi::class)
    fun aCheckBeforeTheLaunchLosesWork() {
        // Ends at the first loss; the time limit of tests ends it if there is none.
        while (lateBlocks(100) { group, block -> if (!group.isClosed) GlobalScope.launchIn { block() } } == 0) {
            Thread.yield()
        }
    }

    private fun lateBlocks(rounds: Int, launch: (TaskGroup, () -> Unit) -> Unit): Int {
        val late = AtomicInteger()
        val start = CyclicBarrier(2)
        lateinit var group: TaskGroup
        val closer =
            thread(isDaemon = true) {
                repeat(rounds) {
                    start.await()
                    group.close()
                }
            }
        repeat(rounds) {
            group = TaskGroup.builder("race").build()
            val drained = AtomicBoolean()
            group.drained().onDone { drained.set(true) }
            start.await()
            try {
                repeat(3) { launch(group) { if (drained.get()) late.incrementAndGet() } }
            } catch (refused: GroupClosedException) {
                // The other half of the promise.
            }
            runBlocking { group.awaitDrained() }
        }
        closer.join()
        return late.get()
    }
}
