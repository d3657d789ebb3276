// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.newsletter

import java.io.IOException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test

class NewsletterTest {
    @Test
    @OptIn(kotlinx.coroutines.ExperimentalCoroutinesApi::class)
    fun eachReaderWhoHasSignedUpGetsALetter() = runTest {
        val mayBeSent = CompletableDeferred<Unit>()
        val newsletter = Newsletter { mayBeSent.await() }
        val readers = flow {
            repeat(100) { emit("reader $it") }
            awaitCancellation()
        }
        val serving = launch { newsletter.serve(readers) }
        runCurrent()
        val stopped = async { newsletter.stop() }
        serving.join() // the source never ends by itself
        assertThat(newsletter.counts().pending()).isEqualTo(100)
        mayBeSent.complete(Unit)
        assertThat(stopped.await().isDrained).isTrue()
        assertThat(newsletter.counts().succeeded()).isEqualTo(100)
    }

    @Test
    fun aLetterThatFailsIsSentAgain() = runTest {
        var failures = 2
        val newsletter = Newsletter { if (failures-- > 0) throw IOException("no connection") }
        newsletter.serve(flow { emit("reader") })
        newsletter.stop()
        assertThat(newsletter.counts().succeeded()).isEqualTo(1)
    }

    @Test
    fun theDemoEnds() {
        main()
    }

    /** The functions for Reactor and RxJava are optional: this module has neither library. */
    @Test
    fun neitherReactorNorRxJavaIsNeeded() {
        for (absent in listOf("reactor.core.publisher.Mono", "io.reactivex.rxjava3.core.Single")) {
            assertThatThrownBy { Class.forName(absent) }.isInstanceOf(ClassNotFoundException::class.java)
        }
    }
}
