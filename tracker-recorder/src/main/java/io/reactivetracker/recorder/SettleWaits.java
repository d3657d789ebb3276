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
 * Those who wait for one claim to be settled, first in first out; each is told once or unlinked, never both.
 *
 * <p>The lock is held for a few instructions at a time and never while one is told.
 */
final class SettleWaits {

    /** What the claim is while they wait. */
    final TaskStatus status;

    // Guarded by this. Whoever comes when they are being told finds the claim settled, so he need not wait.
    private final Set<Wait> waits = new LinkedHashSet<>(2);
    private boolean isSettled;

    SettleWaits(TaskStatus status) {
        this.status = status;
    }

    /** Links an action; gives null, and has not, if the claim is settled. */
    synchronized @Nullable Registration add(Consumer<? super TaskRecord> action) {
        if (isSettled) {
            return null;
        }
        Wait wait = new Wait(action);
        waits.add(wait);
        return wait;
    }

    /** Tells all of them, in this thread; the claim is settled. */
    void tell(TaskRecord settled) {
        synchronized (this) {
            isSettled = true;
        }
        Trampoline.run(() -> popAndTell(settled));
    }

    private void popAndTell(TaskRecord settled) {
        for (Wait next = pop(); next != null; next = pop()) {
            try {
                next.action.accept(settled);
            } catch (Throwable failure) {
                Throwables.reportUncaught(failure);
            }
        }
    }

    private synchronized @Nullable Wait pop() {
        Iterator<Wait> first = waits.iterator();
        if (!first.hasNext()) {
            return null;
        }
        Wait wait = first.next();
        first.remove();
        return wait;
    }

    private synchronized void unlink(Wait wait) {
        waits.remove(wait);
    }

    /** One action that waits. */
    private final class Wait implements Registration {

        private final Consumer<? super TaskRecord> action;

        Wait(Consumer<? super TaskRecord> action) {
            this.action = action;
        }

        @Override
        public void close() {
            unlink(this);
        }
    }
}
