// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs actions on the threads of a pool, and wakes one thread for several actions that arrive close together.
 *
 * <p>Waking a thread takes longer than most actions run. So only one thread at a time is on its way to the queue, and a
 * thread that has run an action takes the next one itself:
 *
 * <pre>
 *   IDLE ──an action is added──→ COMING ──the thread has taken an action, or found none──→ IDLE
 *                                         (and calls a successor if the queue is not empty)
 * </pre>
 *
 * <p>A thread calls its successor before it runs the action that it took. So while the queue is not empty a thread is
 * coming, and no action waits for another one that blocks. The exception is a pool that has no thread for a successor:
 * queued actions then run when a thread is free, or at the next call.
 */
final class CoalescingExecutor implements Executor {

    private final Executor pool;
    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isComing = new AtomicBoolean();

    /**
     * Creates an executor without a thread of its own.
     *
     * @param pool runs each action in a thread, and throws if it has none
     */
    CoalescingExecutor(Executor pool) {
        this.pool = pool;
    }

    /** Throws what the pool throws if it has no thread for the action. The action does not run then. */
    @Override
    public void execute(Runnable action) {
        queue.add(action);
        try {
            callThread();
        } catch (Throwable refused) {
            if (queue.remove(action)) {
                throw refused;
            }
        }
    }

    private void callThread() {
        if (tryCome()) {
            boolean isCalled = false;
            try {
                pool.execute(this::come);
                isCalled = true;
            } finally {
                if (!isCalled) {
                    isComing.set(false);
                }
            }
        }
    }

    private boolean tryCome() {
        return !isComing.get() && isComing.compareAndSet(false, true);
    }

    /** Runs actions until the queue is empty. Called by the thread that is coming. */
    private void come() {
        boolean isComer = true;
        while (true) {
            Runnable action = queue.poll();
            if (isComer) {
                // Before the queue is read again: an action that is added after this calls a thread.
                isComing.set(false);
            }
            if (action != null) {
                if (isComer) {
                    callSuccessor();
                }
                run(action);
            } else if (queue.isEmpty()) {
                return;
            }
            isComer = tryCome();
        }
    }

    private void callSuccessor() {
        if (!queue.isEmpty()) {
            try {
                callThread();
            } catch (Throwable noThread) {
                // This thread reads the queue again when it has run its action.
            }
        }
    }

    private void run(Runnable action) {
        try {
            action.run();
        } catch (Throwable failure) {
            Throwables.reportUncaught(failure);
        }
        // An interrupt of this action must not reach the next one.
        boolean unused = Thread.interrupted();
    }
}
