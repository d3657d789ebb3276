// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Throwables;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs the cancel actions of a shutdown, so that an action that blocks delays no other task's cancel.
 *
 * <p>All tokens are cancelled before the walk starts. Their actions wait in a queue, one step per token. A walker takes
 * steps until the queue is empty. The first walker runs on the group's executor. While steps are left, a check runs
 * every 10 ms on the system's timer. If no step was taken since the last check, then all walkers are inside a step, or
 * the executor has not begun, and the thread of the check becomes another walker. So there is one walker per action
 * that blocks, plus one.
 *
 * <p>A walk cannot be stopped. Actions that are left when the shutdown reports run after that.
 */
final class CancelWalk implements Executor {

    private static final Duration BETWEEN_CHECKS = Duration.ofMillis(10);

    private final Queue<Runnable> steps = new ConcurrentLinkedQueue<>();
    private final AtomicLong taken = new AtomicLong();
    private final BodyExecutor bodies;

    CancelWalk(BodyExecutor bodies) {
        this.bodies = bodies;
    }

    /** Adds a step, which must not throw. Not to be called after the start. */
    @Override
    public void execute(Runnable step) {
        steps.add(step);
    }

    void start() {
        // First, since the checks replace an executor that refuses.
        checkLater(taken.get());
        bodies.execute(this::walk, refusal -> {});
    }

    private void walk() {
        for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
            taken.incrementAndGet();
            step.run();
        }
    }

    private void checkLater(long takenBefore) {
        try {
            Registration unused = TaskTimer.system().schedule(BETWEEN_CHECKS, () -> check(takenBefore));
        } catch (Throwable refused) {
            Throwables.reportUncaught(refused);
        }
    }

    private void check(long takenBefore) {
        if (steps.isEmpty()) {
            return;
        }
        long takenSoFar = taken.get();
        checkLater(takenSoFar);
        if (takenSoFar == takenBefore) {
            walk();
        }
    }
}
