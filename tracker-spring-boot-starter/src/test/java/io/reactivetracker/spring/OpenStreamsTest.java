// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.Registration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.GenericApplicationContext;

@ExtendWith(OutputCaptureExtension.class)
class OpenStreamsTest {

    private final GenericApplicationContext context = new GenericApplicationContext();
    private final OpenStreams streams = new OpenStreams(context);

    OpenStreamsTest() {
        context.addApplicationListener(streams);
        context.refresh();
    }

    @Test
    void streamsHaveEndedWhenTheContextGoesOnToClose(CapturedOutput output) {
        CompletableFuture<Boolean> wasEnding = new CompletableFuture<>();
        Registration ended = streams.onTheEnd(() -> wasEnding.complete(streams.areEnding()));
        CompletableFuture<Boolean> endedFirst = new CompletableFuture<>();
        context.registerBean(AutoCloseable.class, () -> () -> endedFirst.complete(wasEnding.isDone()));
        assertThat(context.getBean(AutoCloseable.class)).isNotNull();

        context.close();

        assertThat(wasEnding).isCompletedWithValue(true);
        assertThat(endedFirst).isCompletedWithValue(true);
        assertThat(output).doesNotContain("callback");
        ended.close();
    }

    @Test
    void aCallbackThatBlocksDoesNotKeepTheContextOpen(CapturedOutput output) {
        CountDownLatch answer = new CountDownLatch(1);
        Registration blocks = streams.onTheEnd(() -> assertThatNoException().isThrownBy(answer::await));

        context.close();

        assertThat(context.isActive()).isFalse();
        assertThat(output)
                .contains("a callback of an open stream blocks")
                .contains("the thread reactive-tracker-streams is here")
                .contains("OpenStreamsTest");
        answer.countDown();
        blocks.close();
    }

    @Test
    void streamsEndInTheThreadOfTheShutdownIfThereIsNoOther() {
        OpenStreams alone = new OpenStreams(context, action -> new Thread(action) {
            @Override
            public synchronized void start() {
                throw new OutOfMemoryError("no thread");
            }
        });
        CompletableFuture<Thread> endedIn = new CompletableFuture<>();
        Registration ended = alone.onTheEnd(() -> endedIn.complete(Thread.currentThread()));

        alone.onApplicationEvent(new ContextClosedEvent(context));

        assertThat(endedIn).isCompletedWithValue(Thread.currentThread());
        ended.close();
    }

    @Test
    void anInterruptOfTheShutdownEndsItsWaitAndIsKept(CapturedOutput output) {
        CountDownLatch answer = new CountDownLatch(1);
        Registration blocks = streams.onTheEnd(() -> assertThatNoException().isThrownBy(answer::await));
        Thread.currentThread().interrupt();

        streams.onApplicationEvent(new ContextClosedEvent(context));

        assertThat(Thread.interrupted()).isTrue();
        await().until(streams::areEnding);
        assertThat(output).doesNotContain("callback");
        answer.countDown();
        blocks.close();
    }
}
