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
 * A state in stripes, each with a lock of its own. There is one stripe until threads have contended for its lock
 * several times, and from then on another one for each {@linkplain #index() index}.
 *
 * <p>A thread adds to the stripe of its index, and removes from the stripe that has the element. The first stripe stays
 * when others are added, but nothing is added to it any more. So it needs no padding, although all threads read the
 * fields beside it in memory.
 *
 * @param <S> the type of a stripe
 */
public final class Striped<S extends Striped.Stripe> {

    /**
     * The number of stripes that are added to the first one: twice the number of threads that can run at once, so that
     * few of them share a stripe; a power of two.
     */
    public static final int MAX_STRIPES = Integer.highestOneBit(Math.max(
            8, Math.min(128, 4 * Runtime.getRuntime().availableProcessors() - 1)));

    /** The number of contention hits after which stripes are added. */
    private static final int CONTENDED = 4;

    private final Supplier<? extends S> padded;

    // One stripe, or 1 + MAX_STRIPES; changed once, under the lock of this.
    private volatile List<S> stripes;

    // A racy counter: lost updates are harmless.
    private int contentionHits;

    /**
     * Creates a state of one stripe.
     *
     * @param first the stripe
     * @param padded creates another one, which shares no cache line with its neighbours
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
     * Returns the stripe to which this thread adds.
     *
     * @return the stripe, which the caller locks next
     */
    public S current() {
        List<S> now = stripes;
        S stripe = now.get(now.size() == 1 ? 0 : 1 + index());
        detectContention(stripe);
        return stripe;
    }

    /**
     * Adds stripes if threads have contended too often. Call it before a stripe is locked.
     *
     * @param stripe the stripe that the caller locks next
     */
    public void detectContention(S stripe) {
        if (stripe.isTaken() && ++contentionHits >= CONTENDED) {
            spread();
        }
    }

    /**
     * Reads all stripes at one instant.
     *
     * <p>Locks all of them, in their order. Starts again if stripes were added meanwhile. Use it only where sums must
     * add up at one instant, as in the counts of a group; otherwise use {@link #forEach}.
     *
     * @param action called for each stripe while all are locked; short, and locks nothing
     */
    public void forAll(Consumer<? super S> action) {
        List<S> all;
        do {
            all = stripes;
        } while (!lockAndRead(all, 0, action));
    }

    /**
     * Monitors can only be held in nested blocks, so this is recursive, up to {@link #MAX_STRIPES} + 1 calls deep.
     *
     * <p>To read the stripes twice until nothing has changed in between would need no nesting, but may never end: there
     * are several stripes only where threads change them all the time.
     */
    private boolean lockAndRead(List<S> all, int locked, Consumer<? super S> action) {
        if (locked < all.size()) {
            synchronized (all.get(locked)) {
                return lockAndRead(all, locked + 1, action);
            }
        }
        if (all.size() != stripes.size()) {
            // A new stripe may have an element that is older than one of the first stripe.
            return false;
        }
        all.forEach(action);
        return true;
    }

    /**
     * Reads one stripe after the other, each under its lock.
     *
     * <p>Sees each element that was added before this call and is removed after it.
     *
     * @param action called for each stripe while it is locked; short, and locks nothing
     */
    public void forEach(Consumer<? super S> action) {
        for (S stripe : stripes) {
            synchronized (stripe) {
                action.accept(stripe);
            }
        }
    }

    /**
     * Returns whether there is more than one stripe.
     *
     * @return true once stripes were added
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
                // Continue with one stripe: the task that starts or ends must not fail.
            }
        }
    }

    /**
     * A part of the state. Its monitor guards it, held for a few instructions by a thread that holds and takes no other
     * lock of a stripe, except in {@link #forAll}.
     *
     * <p>It is a monitor because tools such as BlockHound report a lock that parks in threads that must not block.
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

        // A hint that a thread holds the lock, for other threads to read before they lock it; it orders nothing.
        @SuppressWarnings("UnusedVariable") // accessed by the handle
        private boolean taken;

        // Guarded by this.
        private long lastId;
        private int left;
        private int reserved;

        /** Creates a stripe. */
        protected Stripe() {}

        final boolean isTaken() {
            return (boolean) TAKEN.getOpaque(this);
        }

        /**
         * Tells other threads that the lock is held, or is about to be released. Called by its holder.
         *
         * @param isTaken whether the lock is held
         */
        public final void setTaken(boolean isTaken) {
            TAKEN.setOpaque(this, isTaken);
        }

        /**
         * Returns an id that is unique in this virtual machine. The caller holds the lock.
         *
         * @return greater than all ids that this stripe has returned before
         */
        public final long nextId() {
            if (left == 0) {
                // Twice as many each time: stripes of few tasks waste few ids, and busy ones rarely contend for the
                // common counter.
                reserved = Math.min(MAX_RESERVED, Math.max(1, 2 * reserved));
                lastId = LAST_ID.getAndAdd(reserved);
                left = reserved;
            }
            left--;
            return ++lastId;
        }
    }
}
