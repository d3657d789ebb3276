// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.Striped;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A counter in stripes, so that threads on different cores do not wait for each other.
 *
 * <pre>
 *   each stripe:  LIVE, any number  ──fold──→  FOLDED, final
 *
 *   add    any thread, to the stripe of that thread; has no effect on a folded stripe
 *   fold   one thread, once: takes the number of each stripe
 * </pre>
 *
 * <p>A task may be added to one stripe and subtracted from another, so the number of a stripe alone has no meaning and
 * may be negative. Their sum is exact once all stripes are folded, since nothing is added after that.
 *
 * <p>After {@code LongAdder} of the JDK, and {@code percpu_ref} of the Linux kernel, which replaces its per-processor
 * counters by a common one in the same way. Each stripe occupies 128 bytes: two cache lines, because processors fetch
 * them in pairs.
 */
final class StripedCounter {

    private static final int LONGS_PER_STRIPE = 16;

    /** Far below any sum, so that additions to a folded stripe never bring it back. */
    private static final long FOLDED = Long.MIN_VALUE / 2;

    private static final VarHandle STRIPE = MethodHandles.arrayElementVarHandle(long[].class);

    // One stripe for each index of a thread. The first place stays empty: the array's header is beside it.
    private final long[] stripes = new long[(Striped.MAX_STRIPES + 1) * LONGS_PER_STRIPE];

    /** Adds to the stripe of this thread, and returns what the stripe had before, see {@link #isFolded}. */
    long add(long delta) {
        return (long) STRIPE.getAndAdd(stripes, (Striped.index() + 1) * LONGS_PER_STRIPE, delta);
    }

    /** Returns whether {@link #add} has found a folded stripe, and so had no effect. */
    static boolean isFolded(long found) {
        return found < FOLDED / 2;
    }

    /** Returns the sum of the live stripes; exact if nothing is added concurrently. */
    long sum() {
        long sum = 0;
        for (int place = LONGS_PER_STRIPE; place < stripes.length; place += LONGS_PER_STRIPE) {
            sum += (long) STRIPE.getVolatile(stripes, place);
        }
        return sum;
    }

    /** Folds all stripes, and returns the exact sum of all that was added. */
    long fold() {
        long sum = 0;
        for (int place = LONGS_PER_STRIPE; place < stripes.length; place += LONGS_PER_STRIPE) {
            sum += (long) STRIPE.getAndSet(stripes, place, FOLDED);
        }
        return sum;
    }
}
