// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.Striped;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A count that is spread over cells, so that threads on different cores do not wait for each other.
 *
 * <pre>
 *   each cell:  LIVE, any number  ──fold──→  FOLDED, for good
 *
 *   add    any thread, to the cell of that thread; if it finds the cell folded, it has added nothing
 *   fold   one thread, once: takes what each cell has
 * </pre>
 *
 * <p>A task may be counted up in one cell and down in another: a cell's own number, which may be negative, means nothing;
 * only the sum does, and that is exact only once all cells are folded, since nothing is added any more from then on.
 *
 * <p>After {@code LongAdder} of the JDK, and {@code percpu_ref} of the Linux kernel, which gives its counters on each
 * processor up for one common counter in the same way. Each cell has 128 bytes for itself: two cache lines, because
 * processors fetch them in pairs.
 */
final class Stripes {

    private static final int LONGS_PER_CELL = 16;

    /** One for each index of a thread. */
    static final int CELLS = Striped.MAX_STRIPES;

    /** So far below all that was ever counted that what is added to a folded cell never brings it back. */
    private static final long FOLDED = Long.MIN_VALUE / 2;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    // The first cell's place stays empty: the array's own header is beside it.
    private final long[] cells = new long[(CELLS + 1) * LONGS_PER_CELL];

    /** Adds to the cell of this thread. Returns what was in it, for {@link #isFolded}. */
    long add(long delta) {
        return (long) CELL.getAndAdd(cells, (Striped.index() + 1) * LONGS_PER_CELL, delta);
    }

    /** Whether {@link #add} has found its cell folded, and so has added nothing. */
    static boolean isFolded(long found) {
        return found < FOLDED / 2;
    }

    /** The sum of the cells, of which none is folded; exact if nothing is added meanwhile. */
    long sum() {
        long sum = 0;
        for (int place = LONGS_PER_CELL; place < cells.length; place += LONGS_PER_CELL) {
            sum += (long) CELL.getVolatile(cells, place);
        }
        return sum;
    }

    /** Ends all cells, and returns the exact sum of what was ever added. */
    long fold() {
        long sum = 0;
        for (int place = LONGS_PER_CELL; place < cells.length; place += LONGS_PER_CELL) {
            sum += (long) CELL.getAndSet(cells, place, FOLDED);
        }
        return sum;
    }
}
