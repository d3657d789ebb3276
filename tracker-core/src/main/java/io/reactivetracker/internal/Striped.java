// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A state in stripes, each with a lock of its own: one stripe until threads have met at its lock several times, and from
 * then on another one for each {@linkplain #index() index}.
 *
 * <p>Who adds something does so to the stripe of its thread; who takes it out again does so from the stripe that has it.
 * The first stripe stays when others are added. So {@link #forAll} sees one instant: it takes the locks in their order, and
 * begins again if stripes were added meanwhile. The first stripe then gets nothing more: it need not be padded, and all
 * threads read what is beside it in memory.
 *
 * @param <S> the type of a stripe
 */
public final class Striped<S extends Striped.Stripe> {

    /**
     * How many stripes are added to the first one: twice as many as threads can run at once, so that few of them meet; a power
     * of two.
     */
    public static final int MAX_STRIPES = Integer.highestOneBit(Math.max(
            8, Math.min(128, 4 * Runtime.getRuntime().availableProcessors() - 1)));

    /** How often threads must have met. */
    private static final int CONTENDED = 4;

    private final Supplier<? extends S> padded;

    // One stripe or MAX_STRIPES more; changed once, under the lock of this.
    private volatile List<S> stripes;

    // How often threads have met, or fewer: it need not be exact.
    private int meetings;

    /**
     * Makes a state of one stripe.
     *
     * @param first the stripe
     * @param padded makes another one, which shares no cache line with its neighbours
     */
    public Striped(S first, Supplier<? extends S> padded) {
        this.stripes = List.of(first);
        this.padded = padded;
    }

    /**
     * Returns the index of this thread.
     *
     * @return from 0 to less than {@link #MAX_STRIPES}
     */
    public static int index() {
        return (int) Thread.currentThread().getId() & (MAX_STRIPES - 1);
    }

    /**
     * Returns the stripe of this thread, to be locked: to add something to it.
     *
     * @return the stripe
     */
    public S current() {
        List<S> now = stripes;
        S stripe = now.get(now.size() == 1 ? 0 : 1 + index());
        lookForOthers(stripe);
        return stripe;
    }

    /**
     * Adds stripes, if this thread and others have met too often at the one that it is about to lock.
     *
     * @param stripe one of these
     */
    public void lookForOthers(S stripe) {
        if (stripe.isTaken() && ++meetings >= CONTENDED) {
            spread();
        }
    }

    /**
     * Looks at all stripes at one instant.
     *
     * @param action what to do with each, while all are locked; short, and locks nothing
     */
    public void forAll(Consumer<? super S> action) {
        List<S> all;
        do {
            all = stripes;
        } while (!lookAt(all, 0, action));
    }

    /** Takes one lock after the other, which monitors allow by recursion only, of a depth of 129 at most. */
    private boolean lookAt(List<S> all, int locked, Consumer<? super S> action) {
        if (locked < all.size()) {
            synchronized (all.get(locked)) {
                return lookAt(all, locked + 1, action);
            }
        }
        if (all.size() != stripes.size()) {
            // Something may be on a new stripe, and something that came after it on the old.
            return false;
        }
        all.forEach(action);
        return true;
    }

    /**
     * Looks at one stripe after the other, each under its lock.
     *
     * @param action what to do with each; short, and locks nothing
     */
    public void forEach(Consumer<? super S> action) {
        for (S stripe : stripes) {
            synchronized (stripe) {
                action.accept(stripe);
            }
        }
    }

    /**
     * Whether there is more than one stripe.
     *
     * @return true from then on
     */
    public boolean isSpread() {
        return stripes.size() > 1;
    }

    private synchronized void spread() {
        if (!isSpread()) {
            try {
                List<S> several = new ArrayList<>(stripes);
                while (several.size() <= MAX_STRIPES) {
                    several.add(padded.get());
                }
                stripes = List.copyOf(several);
            } catch (OutOfMemoryError none) {
                // It goes on with one stripe: the task that comes or goes must not fail.
            }
        }
    }

    /**
     * A part of the state, and as its monitor the lock that guards it: held for a few instructions, by a thread that has no
     * other lock of these and takes none, but for {@link #forAll}.
     *
     * <p>It is a monitor and no lock that parks, which tools such as BlockHound would report in threads that must not block.
     */
    public abstract static class Stripe {

        private static final AtomicLong LAST_ID = new AtomicLong();
        private static final int MAX_RESERVED = 64;
        private static final VarHandle TAKEN;

        static {
            try {
                TAKEN = MethodHandles.lookup().findVarHandle(Stripe.class, "taken", boolean.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        // Whether a thread has the lock, for others to look at before they ask for it: a hint, which orders nothing.
        @SuppressWarnings("UnusedVariable") // it is used by the handle
        private boolean taken;

        // Guarded by this.
        private long lastId;
        private int left;
        private int reserved;

        /** Makes a stripe. */
        protected Stripe() {}

        final boolean isTaken() {
            return (boolean) TAKEN.getOpaque(this);
        }

        /**
         * Tells others that the lock is held, or is about to be released; by its holder.
         *
         * @param isTaken whether it is held
         */
        public final void setTaken(boolean isTaken) {
            TAKEN.setOpaque(this, isTaken);
        }

        /**
         * Returns an id that no other stripe of this virtual machine has given; the caller holds the lock.
         *
         * @return more than this stripe has given before
         */
        public final long nextId() {
            if (left == 0) {
                // More each time: few ids are lost to stripes of few tasks, and busy ones rarely meet at the common
                // count.
                reserved = Math.min(MAX_RESERVED, Math.max(1, 2 * reserved));
                lastId = LAST_ID.getAndAdd(reserved);
                left = reserved;
            }
            left--;
            return ++lastId;
        }
    }
}
