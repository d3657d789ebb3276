// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.newsletter

import io.reactivetracker.TaskTracker
import io.reactivetracker.group.Admission
import io.reactivetracker.group.Backoff
import io.reactivetracker.group.ErrorPolicy
import io.reactivetracker.group.ShutdownReport
import io.reactivetracker.group.TaskCounts
import io.reactivetracker.group.TaskGroup
import io.reactivetracker.kotlin.awaitDrained
import io.reactivetracker.kotlin.launch
import io.reactivetracker.kotlin.shutdownAndAwait
import io.reactivetracker.kotlin.trackWith
import io.reactivetracker.kotlin.untilClosed
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.flow.Flow

/**
 * Sends a letter to each reader who signs up, four at a time, and loses none when it stops.
 *
 * @param send sends a letter to a reader; what fails is sent again, twice at most
 */
internal class Newsletter(private val send: suspend (String) -> Unit) {
    private val intake = TaskTracker.create("intake")
    private val letters =
        TaskGroup.builder("letters")
            .admission(Admission.concurrency(4))
            .onError(ErrorPolicy.retry(2, Backoff.none()))
            .build()

    /** Starts a letter to each reader, until this is stopped. */
    suspend fun serve(readers: Flow<String>) {
        readers.untilClosed(intake).trackWith(intake).collect { reader ->
            letters.launch("letter to $reader") { send(reader) }
        }
    }

    /** Stops the intake first, so that the group refuses no letter, and then waits for the letters. */
    suspend fun stop(): ShutdownReport {
        intake.close()
        intake.awaitDrained()
        return letters.shutdownAndAwait(grace = 5.seconds, cancelWait = 1.seconds)
    }

    fun counts(): TaskCounts = letters.counts()
}
