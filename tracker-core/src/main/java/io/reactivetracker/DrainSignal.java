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
 * Waits for a tracker to be drained, that is, closed and empty. The signal is done from the first instant after its
 * creation at which the tracker was drained.
 *
 * <pre>{@code
 * tracker.close();
 * if (!tracker.drained().await(timeout)) {
 *     log.warn("still running: {}", tracker.runningTasks());
 * }
 * }</pre>
 *
 * <p>A signal that is done stays done, even if the tracker is reopened before a thread reads the signal. A signal that
 * is created while the tracker is drained is done at once. Otherwise it waits for the next drain; earlier drains do not
 * complete it.
 *
 * <p>Safe for use by any number of threads. Actions of a task before its token was closed happen-before actions of a
 * waiter after it has learned in any way that the signal is done.
 *
 * <p>After <a href="https://docs.rs/tokio-util/latest/tokio_util/task/task_tracker/struct.TaskTracker.html">
 * {@code TaskTracker::wait}</a> of tokio-util, which may also complete for a drain that ended before the wait began.
 */
public final class DrainSignal {

    private final TaskTracker tracker;

    // The epoch before the awaited drain. The tracker has another one as soon as it has drained.
    private final int epoch;

    // Set once seen, so that an epoch that has wrapped around cannot make the signal look pending again.
    private volatile boolean done;

    DrainSignal(TaskTracker tracker, int epoch) {
        this.tracker = tracker;
        this.epoch = epoch;
    }

    /**
     * Returns whether the tracker was drained at some instant since this signal was created.
     *
     * @return true once done
     */
    public boolean isDone() {
        if (!done && tracker.epoch() != epoch) {
            done = true;
        }
        return done;
    }

    /**
     * Runs an action once done: now, in this thread, if the signal is done, otherwise in the thread that drains.
     *
     * <p>Actions of one tracker are started in the order of their registration by the thread that drains. If two
     * threads drain at the same time, as after a {@link TaskTracker#reopen()}, both take actions; only then may two
     * actions run at once, and the later one start first. Actions run outside any lock and may use the tracker in any
     * way. They should not block, since later ones wait for them. What an action throws reaches the uncaught-exception
     * handler of its thread and does not affect other actions; if it runs during this call, it reaches the caller.
     *
     * @param action the action to run once
     * @return a handle that unlinks the action while it waits
     */
    public Registration onDone(Runnable action) {
        Objects.requireNonNull(action, "action must not be null");
        return tracker.waiters().register(this::isDone, action);
    }

    /**
     * Blocks this thread until done. In an event loop use {@link #onDone} or an adapter's wait instead.
     *
     * @throws IllegalStateException as {@link #await(Duration)} does
     * @throws InterruptedException if the thread is interrupted, before or while it waits; the wait is unlinked then
     */
    public void await() throws InterruptedException {
        await(Duration.ofNanos(Long.MAX_VALUE));
    }

    /**
     * Blocks this thread until done or until the timeout elapses. In an event loop use {@link #onDone} instead.
     *
     * @param timeout the maximum time to wait; with zero the method does not wait, and more than 292 years count as 292
     * @return true if done, false if the timeout elapsed before; the wait is unlinked then
     * @throws IllegalArgumentException if the timeout is negative
     * @throws IllegalStateException if the signal is not done and this thread must not wait: it runs the body of a
     *     task that the tracker counts and would wait for itself, or it is a thread of Reactor or RxJava that must not
     *     block. The message names the tracker, its state and running tasks
     * @throws InterruptedException if the thread is interrupted, before or while it waits; the wait is unlinked then
     */
    public boolean await(Duration timeout) throws InterruptedException {
        long nanos = saturatedNanos(timeout);
        if (nanos > 0 && !isDone()) {
            requireMayBlock();
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
     * Returns a future that is completed with null once done.
     *
     * <p>Cancelling or completing the future unlinks the wait; the tracker and its tasks are not affected. Dependents
     * of the future run like an {@linkplain #onDone action} of this signal.
     *
     * @return a new future
     */
    public CompletableFuture<Void> toFuture() {
        CompletableFuture<Void> future = new CompletableFuture<>();
        Registration registration = onDone(() -> future.complete(null));
        CompletableFuture<Void> unused = future.whenComplete((nothing, failure) -> registration.close());
        return future;
    }

    private void requireMayBlock() {
        if (CurrentTask.get() instanceof TaskToken task && task.keepsOpen(tracker)) {
            throw new IllegalStateException("a task must not wait for a drain that needs its own end: it is one of "
                    + tracker.describe() + "; wait outside the task, or use onDone()");
        }
        if (NonBlockingThreads.isCurrent()) {
            throw new IllegalStateException("thread \"" + Thread.currentThread().getName()
                    + "\" must not block, and would wait for " + tracker.describe()
                    + "; use onDone(), toFuture() or the wait of an adapter");
        }
    }

    private static long saturatedNanos(Duration timeout) {
        Objects.requireNonNull(timeout, "timeout must not be null");
        if (timeout.isNegative()) {
            throw new IllegalArgumentException(
                    "timeout must not be negative, but was " + timeout + ": use Duration.ZERO to return at once");
        }
        return TimeUnit.NANOSECONDS.convert(timeout);
    }

    /**
     * Returns a description for logs; its format may change.
     *
     * @return the tracker's name, whether the signal is done and, if it is not, what it waits for
     */
    @Override
    public String toString() {
        return "DrainSignal[" + tracker.name() + (isDone() ? ", done]" : ", pending: " + tracker.describe() + "]");
    }
}
