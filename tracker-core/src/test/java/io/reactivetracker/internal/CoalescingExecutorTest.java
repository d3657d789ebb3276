// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CoalescingExecutorTest {

    private final Deque<Runnable> calls = new ArrayDeque<>();
    private final List<String> ran = new ArrayList<>();

    @Test
    void oneThreadIsCalledForActionsThatArriveTogetherAndRunsThemInOrder() {
        Executor executor = new CoalescingExecutor(calls::add);
        executor.execute(() -> ran.add("a"));
        executor.execute(() -> ran.add("b"));
        executor.execute(() -> ran.add("c"));
        assertThat(calls).hasSize(1);
        calls.remove().run();
        assertThat(ran).containsExactly("a", "b", "c");
    }

    @Test
    void aThreadCallsItsSuccessorBeforeItRunsWhatItTook() {
        Executor executor = new CoalescingExecutor(calls::add);
        executor.execute(() -> {
            ran.add("a");
            // While this blocks, another thread takes the next action.
            calls.remove().run();
            ran.add("end of a");
        });
        executor.execute(() -> ran.add("b"));
        calls.remove().run();
        assertThat(ran).containsExactly("a", "b", "end of a");
    }

    @Test
    void aThreadThatFindsNothingLeavesTheNextActionToAnotherCall() {
        Executor executor = new CoalescingExecutor(calls::add);
        executor.execute(() -> ran.add("a"));
        executor.execute(() -> ran.add("b"));
        calls.remove().run();
        // The successor that was called for b.
        calls.remove().run();
        assertThat(calls).isEmpty();
        executor.execute(() -> ran.add("c"));
        calls.remove().run();
        assertThat(ran).containsExactly("a", "b", "c");
    }

    @Test
    void anActionForWhichThereIsNoThreadIsRefusedAndDoesNotRunLater() {
        OutOfMemoryError noThread = new OutOfMemoryError("no thread");
        boolean[] isFull = {true};
        Executor executor = new CoalescingExecutor(call -> {
            if (isFull[0]) {
                throw noThread;
            }
            calls.add(call);
        });
        assertThatThrownBy(() -> executor.execute(() -> ran.add("a"))).isSameAs(noThread);
        isFull[0] = false;
        executor.execute(() -> ran.add("b"));
        calls.remove().run();
        assertThat(ran).containsExactly("b");
    }

    @Test
    void whatIsQueuedRunsLaterWhereThereIsNoThreadForASuccessor() {
        Executor executor = new CoalescingExecutor(call -> {
            if (!ran.isEmpty() || !calls.isEmpty()) {
                throw new OutOfMemoryError("no thread");
            }
            calls.add(call);
        });
        executor.execute(() -> ran.add("a"));
        executor.execute(() -> ran.add("b"));
        Runnable only = calls.element();
        only.run();
        assertThat(ran).containsExactly("a", "b");
    }

    @Test
    void anActionThatThrowsOrIsInterruptedChangesNothingForTheNext() {
        Executor executor = new CoalescingExecutor(calls::add);
        List<Throwable> reported = new ArrayList<>();
        IllegalStateException thrown = new IllegalStateException("broken");
        executor.execute(() -> {
            Thread.currentThread().interrupt();
            throw thrown;
        });
        executor.execute(() -> ran.add("interrupted: " + Thread.currentThread().isInterrupted()));
        Thread thread = new Thread(calls.remove());
        thread.setUncaughtExceptionHandler((where, failure) -> reported.add(failure));
        thread.start();
        boolean isDone = joinUninterruptibly(thread);
        assertThat(isDone).isTrue();
        assertThat(reported).containsExactly(thrown);
        assertThat(ran).containsExactly("interrupted: false");
    }

    @Test
    @Timeout(60)
    void noActionWaitsForAnotherOneThatBlocks() throws InterruptedException {
        int number = 50;
        Executor executor = new CoalescingExecutor(LibraryThreads.cached());
        Phaser all = new Phaser(number);
        CountDownLatch ended = new CountDownLatch(number);
        for (int i = 0; i < number; i++) {
            executor.execute(() -> {
                int unused = all.arriveAndAwaitAdvance();
                ended.countDown();
            });
        }
        assertThat(ended.await(50, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    @Timeout(120)
    void noActionIsLeftBehindWhileThreadsComeAndGo() throws InterruptedException {
        int threads = 4;
        int rounds = 20_000;
        Executor executor = new CoalescingExecutor(LibraryThreads.cached());
        AtomicInteger count = new AtomicInteger();
        CountDownLatch ended = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            LibraryThreads.create("adder", () -> {
                        Phaser turn = new Phaser(2);
                        for (int round = 0; round < rounds; round++) {
                            executor.execute(() -> {
                                count.incrementAndGet();
                                int unused = turn.arrive();
                            });
                            // Each thread waits for its own action, so the queue becomes empty again and again.
                            int unused = turn.arriveAndAwaitAdvance();
                        }
                        ended.countDown();
                    })
                    .start();
        }
        assertThat(ended.await(110, TimeUnit.SECONDS)).isTrue();
        assertThat(count).hasValue(threads * rounds);
    }

    private static boolean joinUninterruptibly(Thread thread) {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return !thread.isAlive();
    }
}
