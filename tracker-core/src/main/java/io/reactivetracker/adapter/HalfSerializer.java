// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Serializes the signals of one subscription with a cut by another thread.
 *
 * <pre>
 *   word    = inside * 4 + END,  END one of OPEN, TERMINATED, CUT;  inside counts the threads that are inside
 *
 *   enter      OPEN:  inside + 1                  the upstream, before it passes an element on
 *   leave             inside - 1                  the thread that entered or cut
 *   terminate  OPEN:  END becomes TERMINATED      the upstream with its terminal signal, or the downstream's cancel
 *   cut        OPEN:  END becomes CUT, inside + 1 a cancel, in any thread
 * </pre>
 *
 * <p>The first of terminate and cut wins. After a cut no thread enters, so exactly one {@code leave} is the last one,
 * and its thread tells the downstream: no signal is under way then and none will follow.
 *
 * <p>Like the half-serializer of RxJava, it relies on an upstream that is serial and guards against one signal of
 * another thread. A count instead of a flag lets a thread enter again while inside, as a source does that emits within
 * {@code request}.
 */
class HalfSerializer {

    private static final int OPEN = 0;
    private static final int TERMINATED = 1;
    private static final int CUT = 2;
    private static final int END = 3;
    private static final int INSIDE = 4;

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(HalfSerializer.class, "word", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int word = OPEN;

    /** Creates an open one with no thread inside. */
    HalfSerializer() {}

    /**
     * Enters, to pass a signal on.
     *
     * @return false if the subscription has ended, and the signal must not be passed on
     */
    protected final boolean enter() {
        return moveIfOpen(INSIDE);
    }

    /**
     * Leaves.
     *
     * @return true if the caller tells the downstream that it was cut off
     */
    final boolean leave() {
        return (int) WORD.getAndAdd(this, -INSIDE) == CUT + INSIDE;
    }

    /**
     * Ends the subscription by a terminal signal or the downstream's cancel.
     *
     * @return true if the caller passes its terminal signal on; false if the subscription had ended before
     */
    final boolean terminate() {
        return moveIfOpen(TERMINATED);
    }

    /**
     * Cuts the subscription off, and enters: cancel the upstream, then {@link #leave()}.
     *
     * @return false if the subscription had ended before, and the thread is not inside
     */
    final boolean cut() {
        return moveIfOpen(CUT + INSIDE);
    }

    /**
     * Returns whether the subscription has ended, in any way.
     *
     * @return true from then on
     */
    protected final boolean hasEnded() {
        return (word & END) != OPEN;
    }

    /**
     * Returns whether the subscription was cut off.
     *
     * @return true from then on
     */
    protected final boolean isCut() {
        return (word & END) == CUT;
    }

    private boolean moveIfOpen(int step) {
        int now = word;
        while ((now & END) == OPEN) {
            int seen = (int) WORD.compareAndExchange(this, now, now + step);
            if (seen == now) {
                return true;
            }
            now = seen;
        }
        return false;
    }
}
