// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import java.time.Duration;
import java.util.Objects;
import java.util.function.ToIntFunction;

/**
 * The gate in front of a group: lets a task run now, later, or not at all.
 *
 * <p>A task that waits has touched nothing yet, and gives its place up at once when it is cancelled. One admission may
 * serve several groups, which then share its limits; children share their parent's unless they are given their own.
 *
 * <p>A task and its children share the permits of a limit ({@code concurrency}, {@code prioritized}, {@code adaptive}):
 * a task that is started by one which holds a permit of its own limit is admitted at once on that permit, which is
 * given back when the last of them has ended. So a task can wait for its children, though they are behind the same
 * limit, and the limit is one of trees of tasks. The parent is the task in whose body, or with Reactor in whose
 * upstream, the child is started, or that which {@link io.reactivetracker.TaskOptions#childOf} names. If the parent has
 * ended or given its permit up, the child asks like any other task. An admission of your own that puts a permit of its
 * own around that of a limit hides it: then the children wait.
 *
 * <p>To write one's own, answer each {@link AdmissionRequest} once. An admission that never answers keeps its task
 * queued until that is cancelled; one that throws, or returns null, rejects the task.
 *
 * <p>After the schedulers of dynamo's tracker. Safe for use by several threads, as every implementation has to be.
 */
@FunctionalInterface
public interface Admission {

    /**
     * Takes a task in. The answer goes to the candidate.
     *
     * @param candidate the task that asks, once for each admission that it needs
     * @return the way to leave the queue, called if the task is cancelled while it waits; has no effect after that
     */
    Registration admit(AdmissionRequest candidate);

    /**
     * Asks another admission after this one has granted, and holds both permits.
     *
     * <p>The order matters: while a task waits for the second it holds the first.
     *
     * @param next what to ask second
     * @return an admission that lets a task run when both do
     * @throws IllegalArgumentException if the same limit is in both: a task would wait for a second permit of it for
     *     ever
     */
    default Admission and(Admission next) {
        return new BothAdmissions(this, Objects.requireNonNull(next, "next must not be null"));
    }

    /**
     * Lets every task run at once.
     *
     * @return the admission of groups that are given none
     */
    static Admission unlimited() {
        return Unlimited.INSTANCE;
    }

    /**
     * Lets so many tasks run at a time; others wait, first in first out.
     *
     * @param limit how many; at least 1
     * @return an admission whose limit can be changed
     * @throws IllegalArgumentException if the limit is not positive
     */
    static ConcurrencyLimit concurrency(int limit) {
        return concurrency(limit, Integer.MAX_VALUE);
    }

    /**
     * Lets so many tasks run at a time, and so many wait, first in first out; others are rejected.
     *
     * @param limit how many run; at least 1
     * @param maxQueued how many wait; at least 0
     * @return an admission whose limit can be changed
     * @throws IllegalArgumentException if one of them is out of its range
     */
    static ConcurrencyLimit concurrency(int limit, int maxQueued) {
        return new ConcurrencyLimit(limit, maxQueued, new WaitQueue());
    }

    /**
     * Lets so many tasks run at a time; of those that wait, the ones of highest priority go first, and among equals
     * the first come.
     *
     * @param limit how many; at least 1
     * @param priority tells a task's priority, once, when it begins to wait
     * @return an admission whose limit can be changed
     * @throws IllegalArgumentException if the limit is not positive
     */
    static ConcurrencyLimit prioritized(int limit, ToIntFunction<? super TaskContext> priority) {
        return new ConcurrencyLimit(limit, Integer.MAX_VALUE, new WaitQueue(priority));
    }

    /**
     * Lets so many tasks start in each span of time; after a pause as many at once.
     *
     * @param permits how many start in one span; need not be whole
     * @param per the span
     * @return an admission whose rate can be changed
     * @throws IllegalArgumentException if the rate is not positive and finite, or above one per nanosecond
     */
    static RateLimit rate(double permits, Duration per) {
        return new RateLimit(permits, per, (int) Math.max(1, Math.min(permits, Integer.MAX_VALUE)));
    }

    /**
     * Lets so many tasks start in each span of time, and after a pause up to {@code burst} at once.
     *
     * @param permits how many start in one span; need not be whole
     * @param per the span
     * @param burst how many may start at once; at least 1
     * @return an admission whose rate can be changed
     * @throws IllegalArgumentException if the rate is not positive and finite, or above one per nanosecond; or if the
     *     burst is not positive
     */
    static RateLimit rate(double permits, Duration per, int burst) {
        return new RateLimit(permits, per, burst);
    }

    /**
     * Finds out how many tasks can run at a time, from how they fare: see {@link AdaptiveLimit}.
     *
     * @param least the limit to start from, and never to go below; at least 1
     * @param most the limit never to go above; not less than {@code least}
     * @param slow a task that takes longer than this says that there were too many
     * @return an admission that adapts its limit
     * @throws IllegalArgumentException if one of them is out of its range
     */
    static AdaptiveLimit adaptive(int least, int most, Duration slow) {
        return new AdaptiveLimit(least, most, slow);
    }
}
