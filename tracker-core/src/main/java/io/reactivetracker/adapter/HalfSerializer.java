// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Keeps the signals of one subscription one after the other while another thread may cut the subscription off.
 *
 * <pre>
 *   word    = inside * 4 + END,  END one of OPEN, TERMINATED, CUT;  inside counts the threads that hold the gate
 *
 *   enter      OPEN:  inside + 1                  the upstream, before it passes an element on
 *   leave             inside - 1                  whoever entered or cut
 *   terminate  OPEN:  END becomes TERMINATED      the upstream with its terminal signal, or the downstream's cancel
 *   cut        OPEN:  END becomes CUT, inside + 1 whoever cancels, from any thread
 * </pre>
 *
 * <p>Of terminate and cut the first wins. After a cut nobody enters any more, so exactly one {@code leave} finds the
 * gate empty, and whoever made it is the one to tell the downstream: no signal is under way then and none will follow.
 *
 * <p>The idea is the half-serializer of RxJava, which trusts the upstream to be serial already and guards against one
 * signal from aside; a count instead of a flag lets a thread enter again while inside, as a source does that emits
 * from within {@code request}.
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

    /** Makes an open gate that nobody is inside of. */
    HalfSerializer() {}

    /**
     * Enters, to pass a signal on.
     *
     * @return false if the subscription has ended: the signal is not to be passed on
     */
    protected final boolean enter() {
        return moveIfOpen(INSIDE);
    }

    /**
     * Leaves.
     *
     * @return true if the caller is the one to tell the downstream that it was cut off
     */
    final boolean leave() {
        return (int) WORD.getAndAdd(this, -INSIDE) == CUT + INSIDE;
    }

    /**
     * Ends the subscription from within.
     *
     * @return true if the caller's terminal signal is the one to pass on; false if the subscription had ended already
     */
    final boolean terminate() {
        return moveIfOpen(TERMINATED);
    }

    /**
     * Ends the subscription from aside, and enters: cancel the upstream, then {@link #leave()}.
     *
     * @return false if the subscription had ended already, and the gate was not entered
     */
    final boolean cut() {
        return moveIfOpen(CUT + INSIDE);
    }

    /**
     * Whether the subscription has ended, from within or from aside.
     *
     * @return true from then on
     */
    protected final boolean hasEnded() {
        return (word & END) != OPEN;
    }

    /**
     * Whether the subscription was cut off.
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
