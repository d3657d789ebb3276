// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.CurrentTask;
import io.reactivetracker.internal.NonBlockingThreads;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A wait for a tracker to be drained, that is closed and empty: done from the first instant, since the signal's making,
 * at which it was.
 *
 * <pre>{@code
 * tracker.close();
 * if (!tracker.drained().await(patience)) {
 *     log.warn("still running: {}", tracker.runningTasks());
 * }
 * }</pre>
 *
 * <p>Done is for good. A signal that was made before a drain of a single moment is done even if the tracker was
 * reopened before anyone looked, and so is one that was made while the tracker was drained. One that was made after is
 * a wait for the next drain, and no drain that came earlier completes it.
 *
 * <p>Safe for use by several threads, any number of which may wait. All that a task did before its token closed
 * happens-before everything that a waiter does after the signal, however it learns of it.
 *
 * <p>After <a href="https://docs.rs/tokio-util/latest/tokio_util/task/task_tracker/struct.TaskTracker.html">
 * {@code TaskTracker::wait}</a> of tokio-util, which may also complete for a drain that ended before the wait began.
 */
public final class DrainSignal {

    private final TaskTracker tracker;

    // The epoch before the drain that is waited for: the tracker's own is another one as soon as that has come.
    private final int epoch;

    // Kept once seen, for then no later epoch, however far it has turned, can make the signal look pending again.
    private volatile boolean done;

    DrainSignal(TaskTracker tracker, int epoch) {
        this.tracker = tracker;
        this.epoch = epoch;
    }

    /**
     * Whether the tracker was drained at some instant since this signal was made.
     *
     * @return true from then on, for good
     */
    public boolean isDone() {
        if (!done && tracker.epoch() != epoch) {
            done = true;
        }
        return done;
    }

    /**
     * Runs an action when done: at once, in this thread, if it is done already, and else in the thread that drains.
     *
     * <p>Actions of one tracker are taken in the order in which they were registered, each by the thread that drains or by
     * another that drains at the same time, as after a {@link TaskTracker#reopen()}; only then may two run at once, and the
     * later one start first. They run outside any lock, may use the tracker in any way, and should not block: those behind
     * them wait. What one throws reaches the uncaught-exception
     * handler of the thread that runs it, and disturbs no other; if it runs at once, it reaches the caller.
     *
     * @param action what to run, once
     * @return the way to unlink the action while it waits; costs and leaves nothing
     */
    public Registration onDone(Runnable action) {
        Objects.requireNonNull(action, "action must not be null");
        return tracker.waiters().register(this::isDone, action);
    }

    /**
     * Blocks this thread until done. Not for an event loop: there, use {@link #onDone} or an adapter's wait.
     *
     * @throws IllegalStateException as {@link #await(Duration)} does
     * @throws InterruptedException if the thread is interrupted, before or while it waits; the wait is unlinked then
     */
    public void await() throws InterruptedException {
        await(Duration.ofNanos(Long.MAX_VALUE));
    }

    /**
     * Blocks this thread until done or until the time is over. Not for an event loop: there, use {@link #onDone}.
     *
     * @param timeout how long to wait at the most; zero only looks, and more than 292 years counts as 292
     * @return true if done, false if the time was over before; the wait is unlinked then
     * @throws IllegalArgumentException if the timeout is negative
     * @throws IllegalStateException if this thread must not wait, and the signal is not done: because it runs the body of a
     *     task that the tracker counts, and would wait for itself; or because it is one of those threads of Reactor or
     *     RxJava that must not block. The message names the tracker, its state, and what still runs
     * @throws InterruptedException if the thread is interrupted, before or while it waits; the wait is unlinked then
     */
    public boolean await(Duration timeout) throws InterruptedException {
        long nanos = saturatedNanos(timeout);
        if (nanos > 0 && !isDone()) {
            requireThatMayWait();
        }
        CountDownLatch latch = new CountDownLatch(1);
        Registration registration = onDone(latch::countDown);
        try {
            return latch.await(nanos, TimeUnit.NANOSECONDS);
        } finally {
            registration.close();
        }
    }

    /**
     * A future that is completed, with null, when done.
     *
     * <p>Each call gives another one. To cancel it, or to complete it by hand, unlinks the wait and touches neither the
     * tracker nor its tasks. What depends on the future runs as an {@linkplain #onDone action} of this signal does.
     *
     * @return a future of its own
     */
    public CompletableFuture<Void> toFuture() {
        CompletableFuture<Void> future = new CompletableFuture<>();
        Registration registration = onDone(() -> future.complete(null));
        CompletableFuture<Void> unused = future.whenComplete((nothing, failure) -> registration.close());
        return future;
    }

    private void requireThatMayWait() {
        if (CurrentTask.get() instanceof TaskToken task && task.keepsOpen(tracker)) {
            throw new IllegalStateException(
                    "a task must not wait for a drain that cannot come before it has ended itself: it is" + " one of "
                            + tracker.describe() + "; wait outside of the task, or by onDone()");
        }
        if (NonBlockingThreads.isCurrent()) {
            throw new IllegalStateException("thread \"" + Thread.currentThread().getName()
                    + "\" must not block, and would wait for " + tracker.describe()
                    + "; use onDone(), toFuture(), or the wait of an adapter");
        }
    }

    private static long saturatedNanos(Duration timeout) {
        Objects.requireNonNull(timeout, "timeout must not be null");
        if (timeout.isNegative()) {
            throw new IllegalArgumentException(
                    "timeout must not be negative, but was " + timeout + ": Duration.ZERO looks without waiting");
        }
        return TimeUnit.NANOSECONDS.convert(timeout);
    }

    /**
     * The tracker's name and whether this is done; if it is not, what it waits for.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        return "DrainSignal[" + tracker.name() + (isDone() ? ", done]" : ", pending: " + tracker.describe() + "]");
    }
}
