// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Uncaught;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs the cancel actions of a shutdown, so that a task whose cancel blocks delays the cancel of no other.
 *
 * <p>All tokens are cancelled before it starts; what is left are their actions, a step for each token, in a queue. Walkers take
 * one step after the other until the queue is empty. The first walks on the group's executor. While steps are left, a check
 * comes by on the system's clock, and if no step was taken since the last one, its thread walks too: then every walker is
 * inside a step that does not return, or the executor has not begun. So there are as many walkers as cancels that block, and
 * one more.
 *
 * <p>Nothing stops it: what the report of the shutdown came too early for is cancelled after it.
 */
final class CancelWalk implements Executor {

    private static final Duration BETWEEN_CHECKS = Duration.ofMillis(10);

    private final Queue<Runnable> steps = new ConcurrentLinkedQueue<>();
    private final AtomicLong taken = new AtomicLong();
    private final BodyExecutor bodies;

    CancelWalk(BodyExecutor bodies) {
        this.bodies = bodies;
    }

    /** Adds a step, which throws nothing; before the start. */
    @Override
    public void execute(Runnable step) {
        steps.add(step);
    }

    void start() {
        // The checks stand in for an executor that refuses.
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
            Uncaught.report(refused);
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
