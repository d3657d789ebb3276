// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.newsletter

import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

/** Serves readers who sign up without an end, and stops while letters are on their way. */
internal fun main(): Unit = runBlocking {
    val newsletter = Newsletter { delay(50.milliseconds) }
    var signedUp = 0
    val readers = flow {
        while (true) {
            emit("reader ${++signedUp}")
            delay(5.milliseconds)
        }
    }
    launch { newsletter.serve(readers) }
    delay(300.milliseconds)

    val before = newsletter.counts()
    println("stopping: ${before.active()} letters are being sent, ${before.queued()} wait")
    val report = newsletter.stop()
    println("$signedUp readers, ${newsletter.counts().succeeded()} letters sent, drained: ${report.isDrained}")
}
