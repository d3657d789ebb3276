// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import java.time.Duration;
import java.util.Objects;
import java.util.function.ToIntFunction;

/**
 * Decides whether a task of a group runs now, later, or not at all.
 *
 * <p>Nothing of a waiting task has been started. If the task is cancelled, it leaves the queue at once. Groups that are
 * given the same admission share its limits; a child group has its parent's admission unless it is given its own.
 *
 * <p>A task and its children share the permits of a limit ({@code concurrency}, {@code prioritized}, {@code adaptive}).
 * If the parent holds a permit of the child's limit, the child is admitted at once on that permit, which is released
 * when the last of them has ended. So a task can wait for children behind its own limit, and the limit counts trees of
 * tasks. The parent is the task in whose body, or with Reactor in whose upstream, the child is started, or the task
 * that {@link io.reactivetracker.TaskOptions#childOf} names. If the parent has ended or has released its permit, the
 * child asks like any other task. If an admission of an application wraps the permit of a limit, the permit cannot be
 * shared, and children wait.
 *
 * <p>An implementation answers each {@link AdmissionRequest} once. If it never answers, the task stays queued until it
 * is cancelled. If it throws or returns null, the task is rejected.
 *
 * <p>Modelled on the schedulers of dynamo's tracker. Implementations must be safe for use by several threads.
 */
@FunctionalInterface
public interface Admission {

    /**
     * Takes a request, and answers it now or later.
     *
     * @param request the request; a task makes one for each admission that it needs
     * @return a registration that leaves the queue; closed if the task is cancelled while it waits. It has no effect
     *     after the answer
     */
    Registration admit(AdmissionRequest request);

    /**
     * Returns an admission that asks another one after this one has granted, and grants both permits.
     *
     * <p>The order matters: a task that waits for the second permit holds the first.
     *
     * @param next the admission to ask second
     * @return an admission that admits a task when both do
     * @throws IllegalArgumentException if the same limit is in both: a task would wait for a second permit of it
     *     forever
     */
    default Admission and(Admission next) {
        return new BothAdmissions(this, Objects.requireNonNull(next, "next must not be null"));
    }

    /**
     * Admits every task at once.
     *
     * @return the default admission of groups
     */
    static Admission unlimited() {
        return Unlimited.INSTANCE;
    }

    /**
     * Limits concurrency to {@code limit}; excess tasks wait in FIFO order.
     *
     * @param limit the number of tasks that run at a time; at least 1
     * @return an admission whose limit can be changed
     * @throws IllegalArgumentException if the limit is not positive
     */
    static ConcurrencyLimit concurrency(int limit) {
        return concurrency(limit, Integer.MAX_VALUE);
    }

    /**
     * Limits concurrency to {@code limit}; up to {@code maxQueued} tasks wait in FIFO order, and others are rejected.
     *
     * @param limit the number of tasks that run at a time; at least 1
     * @param maxQueued the number of tasks that wait; at least 0
     * @return an admission whose limit can be changed
     * @throws IllegalArgumentException if one of them is out of its range
     */
    static ConcurrencyLimit concurrency(int limit, int maxQueued) {
        return new ConcurrencyLimit(limit, maxQueued, new WaitQueue());
    }

    /**
     * Limits concurrency to {@code limit}; excess tasks wait, the highest priority first, and in FIFO order among
     * equals.
     *
     * @param limit the number of tasks that run at a time; at least 1
     * @param priority returns the priority of a task; called once, when the task begins to wait
     * @return an admission whose limit can be changed
     * @throws IllegalArgumentException if the limit is not positive
     */
    static ConcurrencyLimit prioritized(int limit, ToIntFunction<? super TaskContext> priority) {
        return new ConcurrencyLimit(limit, Integer.MAX_VALUE, new WaitQueue(priority));
    }

    /**
     * Limits the rate at which tasks start; after a pause, up to {@code permits} start at once.
     *
     * @param permits the number of tasks that start in one span; need not be whole
     * @param per the span
     * @return an admission whose rate can be changed
     * @throws IllegalArgumentException if the rate is not positive and finite, or above one per nanosecond
     */
    static RateLimit rate(double permits, Duration per) {
        return new RateLimit(permits, per, (int) Math.max(1, Math.min(permits, Integer.MAX_VALUE)));
    }

    /**
     * Limits the rate at which tasks start; after a pause, up to {@code burst} start at once.
     *
     * @param permits the number of tasks that start in one span; need not be whole
     * @param per the span
     * @param burst the number of tasks that may start at once; at least 1
     * @return an admission whose rate can be changed
     * @throws IllegalArgumentException if the rate is not positive and finite, or above one per nanosecond; or if the
     *     burst is not positive
     */
    static RateLimit rate(double permits, Duration per, int burst) {
        return new RateLimit(permits, per, burst);
    }

    /**
     * Adapts a concurrency limit to the results of its tasks: see {@link AdaptiveLimit}.
     *
     * @param min the initial and smallest limit; at least 1
     * @param max the largest limit; not less than {@code min}
     * @param slow the time after which a task counts as slow, which lowers the limit
     * @return an admission that adapts its limit
     * @throws IllegalArgumentException if one of them is out of its range
     */
    static AdaptiveLimit adaptive(int min, int max, Duration slow) {
        return new AdaptiveLimit(min, max, slow);
    }
}
