// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.Throwables;
import io.reactivetracker.internal.Trampoline;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Passes the bodies of a group's tasks to its executor, on a flat stack even if the executor runs them at once. */
record BodyExecutor(Executor executor) {

    /**
     * Runs one of the two, once.
     *
     * @param body runs on the executor; handles its own failures
     * @param refused called in this thread if the executor refuses the body; handles its own failures
     */
    void execute(Runnable body, Consumer<? super Throwable> refused) {
        Trampoline.run(() -> {
            Once once = new Once(body);
            try {
                executor.execute(once);
            } catch (Throwable refusal) {
                if (once.claim()) {
                    refused.accept(refusal);
                } else {
                    Throwables.reportUncaught(refusal);
                }
            }
        });
    }

    /** Runs a body once, though an executor may run it twice, or run it and throw. */
    private static final class Once implements Runnable {

        private final AtomicBoolean isClaimed = new AtomicBoolean();
        private final Runnable body;

        Once(Runnable body) {
            this.body = body;
        }

        boolean claim() {
            return isClaimed.compareAndSet(false, true);
        }

        @Override
        public void run() {
            if (claim()) {
                body.run();
            }
        }
    }
}
