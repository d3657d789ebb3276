// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.Throwables;
import io.reactivetracker.internal.Trampoline;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Actions that wait for something to happen, first in first out; each is run once or unlinked, never both.
 *
 * <p>The chain is guarded by this object's lock, which is held for a few instructions at a time and never while an
 * action runs. A waiter is linked only while its event has not happened, seen under that lock; and whoever makes an
 * event happen does so first and calls {@link #runHappened} second. So no waiter is left behind: it was either linked
 * in time to be found, or saw the event itself.
 */
final class Waiters {

    private final IntrusiveList<Waiter> chain = new IntrusiveList<>();

    /** Runs the action at once if its event has happened; else keeps it until then. */
    Registration register(BooleanSupplier happened, Runnable action) {
        Waiter waiter = new Waiter(happened, action);
        if (link(waiter)) {
            return waiter;
        }
        action.run();
        return Registration.none();
    }

    /** Runs the waiters whose event has happened, in this thread and outside any lock. */
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
        chain.add(waiter);
        return true;
    }

    /** Takes the first waiter if its event has happened: no other's can have happened before that one's. */
    private synchronized @Nullable Waiter pop() {
        Waiter waiter = chain.first();
        if (waiter == null || !waiter.happened.getAsBoolean()) {
            return null;
        }
        chain.remove(waiter);
        return waiter;
    }

    private synchronized void unlink(Waiter waiter) {
        chain.remove(waiter);
    }

    /** One action in the chain. */
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
