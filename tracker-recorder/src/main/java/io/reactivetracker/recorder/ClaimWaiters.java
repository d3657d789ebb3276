// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.Registration;
import io.reactivetracker.internal.Throwables;
import io.reactivetracker.internal.Trampoline;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The actions that wait for one claim to settle, in FIFO order. Each is called once or removed, never both.
 *
 * <p>The lock is held for a few instructions at a time, and never while an action runs.
 */
final class ClaimWaiters {

    /** The status of the claim while they wait. */
    final TaskStatus status;

    // Guarded by this. Once the claim is settled no action is added, since the caller can read the result.
    private final Set<Waiter> waiters = new LinkedHashSet<>(2);
    private boolean isSettled;

    ClaimWaiters(TaskStatus status) {
        this.status = status;
    }

    /** Adds an action; returns null, without adding it, if the claim is settled. */
    synchronized @Nullable Registration add(Consumer<? super TaskRecord> action) {
        if (isSettled) {
            return null;
        }
        Waiter waiter = new Waiter(action);
        waiters.add(waiter);
        return waiter;
    }

    /** Calls all actions in this thread, because the claim is settled. */
    void settle(TaskRecord settled) {
        synchronized (this) {
            isSettled = true;
        }
        Trampoline.run(() -> {
            for (Waiter next = poll(); next != null; next = poll()) {
                try {
                    next.action.accept(settled);
                } catch (Throwable failure) {
                    Throwables.reportUncaught(failure);
                }
            }
        });
    }

    private synchronized @Nullable Waiter poll() {
        Iterator<Waiter> first = waiters.iterator();
        if (!first.hasNext()) {
            return null;
        }
        Waiter waiter = first.next();
        first.remove();
        return waiter;
    }

    private synchronized void remove(Waiter waiter) {
        waiters.remove(waiter);
    }

    private final class Waiter implements Registration {

        private final Consumer<? super TaskRecord> action;

        Waiter(Consumer<? super TaskRecord> action) {
            this.action = action;
        }

        @Override
        public void close() {
            remove(this);
        }
    }
}
