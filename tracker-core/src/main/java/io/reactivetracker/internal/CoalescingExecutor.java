// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs actions on the threads of a pool, and wakes one thread for several actions that arrive close together.
 *
 * <p>To wake a thread takes longer than most actions run. So only one thread at a time is on its way to the queue, and a
 * thread that has run an action takes the next one itself:
 *
 * <pre>
 *   nobody comes ──an action is added──→ a thread is coming ──it has taken one, or found none──→ nobody comes
 *                                                                    (and calls a successor if there are more)
 * </pre>
 *
 * <p>While the queue is not empty a thread is coming, since a thread calls its successor before it runs what it took. So no
 * action waits for another one, however long that blocks. The exception is a pool that has no thread when a successor is called:
 * what is queued then runs when a thread is free, or at the next call.
 */
final class CoalescingExecutor implements Executor {

    private final Executor pool;
    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isComing = new AtomicBoolean();

    /**
     * Creates an executor without a thread of its own.
     *
     * @param pool gives each action a thread, and throws if it has none
     */
    CoalescingExecutor(Executor pool) {
        this.pool = pool;
    }

    /** Throws what the pool throws if it has no thread for the action, which does not run then. */
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

    /** Runs actions until the queue is empty; this is the thread that is coming. */
    private void come() {
        boolean isComer = true;
        while (true) {
            Runnable action = queue.poll();
            if (isComer) {
                // Before the queue is looked at again: what is added later calls a thread by itself.
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
                // This thread looks at the queue again when it has run its action.
            }
        }
    }

    private void run(Runnable action) {
        try {
            action.run();
        } catch (Throwable failure) {
            Throwables.reportUncaught(failure);
        }
        // An interrupt of this action is not for the next one.
        boolean unused = Thread.interrupted();
    }
}
