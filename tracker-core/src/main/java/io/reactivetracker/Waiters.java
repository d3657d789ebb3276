// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.Throwables;
import io.reactivetracker.internal.Trampoline;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Actions that wait for events, in FIFO order. Each one runs once or is unlinked, never both.
 *
 * <p>The lock of this object guards the list. It is held for a few instructions, and never while an action runs.
 *
 * <p>No waiter is missed. A waiter is linked only if its event has not happened, which is checked under the lock. A
 * thread first makes the event happen, and then calls {@link #runHappened}. So either that call finds the waiter, or
 * the waiter's own check sees the event.
 */
final class Waiters {

    private final IntrusiveList<Waiter> list = new IntrusiveList<>();

    /** Runs the action now if its event has happened, otherwise once it happens. */
    Registration register(BooleanSupplier happened, Runnable action) {
        Waiter waiter = new Waiter(happened, action);
        if (link(waiter)) {
            return waiter;
        }
        action.run();
        return Registration.none();
    }

    /** Runs the actions whose event has happened, in this thread and outside any lock. */
    void runHappened() {
        Trampoline.run(this::popAndRun);
    }

    private void popAndRun() {
        for (Waiter next = pop(); next != null; next = pop()) {
            try {
                next.action.run();
            } catch (Throwable failure) {
                Throwables.reportUncaught(failure);
            }
        }
    }

    private synchronized boolean link(Waiter waiter) {
        if (waiter.happened.getAsBoolean()) {
            return false;
        }
        list.add(waiter);
        return true;
    }

    /** Removes the first waiter if its event has happened. No later waiter's event happens before that one's. */
    private synchronized @Nullable Waiter pop() {
        Waiter waiter = list.first();
        if (waiter == null || !waiter.happened.getAsBoolean()) {
            return null;
        }
        list.remove(waiter);
        return waiter;
    }

    private synchronized void unlink(Waiter waiter) {
        list.remove(waiter);
    }

    /** An action in the list. */
    private final class Waiter extends IntrusiveList.Link<Waiter> implements Registration {

        private final BooleanSupplier happened;
        private final Runnable action;

        Waiter(BooleanSupplier happened, Runnable action) {
            this.happened = happened;
            this.action = action;
        }

        @Override
        public void close() {
            unlink(this);
        }
    }
}
