// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The minimum that counts tasks and detects a drain, in one word; compared with the tracker after it is closed. */
final class OneWordTracker {

    private static final VarHandle WORD;
    private static final VarHandle RELEASED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WORD = lookup.findVarHandle(OneWordTracker.class, "word", long.class);
            RELEASED = lookup.findVarHandle(Token.class, "released", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // A closed bit, 31 bits that count tasks, and 32 bits incremented with each task.
    private static final long CLOSED = 1;
    private static final long ONE_TASK = 2;
    private static final long ONE_GENERATION = 1L << 32;

    private volatile long word;
    private volatile long drained;

    Token token() {
        WORD.getAndAdd(this, ONE_GENERATION + ONE_TASK);
        return new Token(this);
    }

    void close() {
        WORD.getAndBitwiseOr(this, CLOSED);
    }

    long drained() {
        return drained;
    }

    /** One task. */
    static final class Token {

        private final OneWordTracker tracker;
        private volatile boolean released;

        private Token(OneWordTracker tracker) {
            this.tracker = tracker;
        }

        void close() {
            if (!(boolean) RELEASED.getAndSet(this, true)) {
                long before = (long) WORD.getAndAdd(tracker, -ONE_TASK);
                if ((int) before == (int) (ONE_TASK + CLOSED)) {
                    tracker.drained = before >>> 32;
                }
            }
        }
    }
}
