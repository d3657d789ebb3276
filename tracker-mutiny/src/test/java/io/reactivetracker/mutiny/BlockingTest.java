// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import static io.reactivetracker.mutiny.MutinyTracking.blocking;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.TaskGroup;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code blocking} of trackers and groups. */
class BlockingTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = TaskGroup.builder("mails").build();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    private <T> Uni<T> run(boolean inGroup, Callable<? extends @Nullable T> body) {
        return inGroup ? blocking(group, "import", body) : blocking(tracker, "import", body);
    }

    private long size() {
        return tracker.size() + group.counts().pending();
    }

    private String blocks() throws InterruptedException {
        begun.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            release.await();
        }
        return "late";
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hasTheResultWhenTheTaskIsNotCountedAnyMore(boolean inGroup) {
        assertThat(run(inGroup, () -> "done").map(it -> it + size()).await().indefinitely())
                .isEqualTo("done0");
        assertThat(this.<String>run(inGroup, () -> null).await().indefinitely()).isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void runsForEachSubscription(boolean inGroup) {
        Uni<Thread> thread = run(inGroup, Thread::currentThread);
        assertThat(thread.await().indefinitely()).isNotSameAs(Thread.currentThread());
        assertThat(thread.await().indefinitely()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void failsWithWhatTheCodeThrows(boolean inGroup) {
        for (Exception thrown : new Exception[] {new IOException("reset"), new CancellationException("by the code")}) {
            Object seen = run(inGroup, () -> {
                        throw thrown;
                    })
                    .onFailure()
                    .recoverWithItem(failure -> failure)
                    .await()
                    .indefinitely();
            assertThat(seen).isSameAs(thrown);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCancelInterruptsTheCodeAndTheCountWaitsForIt(boolean inGroup) throws Exception {
        UniAssertSubscriber<String> running =
                run(inGroup, this::blocks).subscribe().withSubscriber(UniAssertSubscriber.create());
        begun.await();
        running.cancel();
        assertThat(size()).isOne();
        release.countDown();
        await().until(() -> size() == 0);
        running.assertNotTerminated();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void dropsAFailureOfTheCodeAfterTheCancel(boolean inGroup) throws Exception {
        IllegalStateException failure = new IllegalStateException("disk full");
        UniAssertSubscriber<Object> running = run(inGroup, () -> {
                    String unused = blocks();
                    throw failure;
                })
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
        begun.await();
        running.cancel();
        release.countDown();
        await().until(() -> size() == 0);
        await().untilAsserted(() -> assertThat(dropped.take()).containsExactly(failure));
    }

    @Test
    void aCancelOfTheGroupFailsTheUniAtOnceAndTheDrainWaitsForTheCode() throws Exception {
        UniAssertSubscriber<String> running =
                run(true, this::blocks).subscribe().withSubscriber(UniAssertSubscriber.create());
        begun.await();
        group.cancel();
        running.assertFailedWith(TaskCancelledException.class);
        assertThat(group.drained().isDone()).isFalse();
        release.countDown();
        group.drained().await();
    }

    @Test
    void aClosedGroupFailsTheUni() {
        group.close();
        run(true, () -> "never")
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .assertFailedWith(GroupClosedException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void mutinysDecoratorsApplyToTheCode(boolean inGroup) {
        PropagatedLocal.LOCAL.set("request-7");
        try {
            assertThat(run(inGroup, PropagatedLocal.LOCAL::get).await().indefinitely())
                    .isEqualTo("request-7");
        } finally {
            PropagatedLocal.LOCAL.remove();
        }
    }
}
