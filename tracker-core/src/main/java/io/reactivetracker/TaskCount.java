// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import org.jspecify.annotations.Nullable;

/**
 * How many tasks a tracker counts: in one word, and while it is open and threads contend for that, in stripes as well.
 *
 * <pre>
 *   ONE WORD   the word has the whole count
 *     │ stripe: open, and threads have met at the word several times
 *     ↓
 *   STRIPED    the count is that of the word and the sum of the stripes; open, so nothing can drain
 *     │ close, in three steps under the lock: the stripes are folded; their sum goes into the word together with the
 *     ↓        closed bit, which is the one step that closes; the stripes are gone
 *   ONE WORD
 * </pre>
 *
 * <p>So the word alone decides what is closed, and only a word that has the whole count is ever closed: waits, which look at
 * the word, do not know of stripes. A thread that finds its cell folded while a close is on its way goes on to the word. A
 * task that was counted in a stripe may end there before the stripes' sum has arrived: the word counts fewer than none then,
 * which is no matter as it is open.
 *
 * <p>A striped {@code tryAcquire} that finds its cell live has come before the close, which folds all cells first.
 */
final class TaskCount {

    /** A cell that has counted so many tasks looks, each time it has counted as many again, whether all are too many. */
    private static final long LOOK = 1L << 24;

    private final StateWord word;

    /** Changed under this object's lock. */
    private volatile @Nullable Stripes stripes;

    // A closed word has no stripes, so nobody need look for contention there, which takes a cache line from whoever
    // counts.
    // Whoever sees a change of this late has looked in vain, or not looked.
    private boolean mayStripe = true;

    TaskCount(StateWord word) {
        this.word = word;
    }

    /** The word: whether it is closed or drained, and how often it was. It has the count only if it is closed. */
    long read() {
        return word.read();
    }

    /** Counts one more. False if those are too many; it is counted all the same, so release it. */
    boolean acquire() {
        Stripes now = stripes;
        if (now != null) {
            long found = now.add(1);
            if (!Stripes.isFolded(found)) {
                return found < LOOK || found % LOOK != 0 || size() <= StateWord.MOST;
            }
        }
        return word.acquire();
    }

    /** Counts one more unless closed, in one step. Returns the word that decided: open with room for it, or not. */
    long tryAcquire() {
        Stripes now = stripes;
        if (now != null && !Stripes.isFolded(now.add(1))) {
            return 0;
        }
        return word.tryAcquire();
    }

    /** Counts one less. True if that may have drained. */
    boolean release() {
        Stripes now = stripes;
        if (now != null && !Stripes.isFolded(now.add(-1))) {
            return false;
        }
        StateWord.Release release = mayStripe ? word.releaseAndLook() : word.release();
        if (release == StateWord.Release.MET_OTHERS) {
            stripe();
        }
        return release == StateWord.Release.MAY_HAVE_DRAINED;
    }

    /** Spreads the count, unless it is spread already, or closed. */
    synchronized void stripe() {
        if (stripes == null && !StateWord.isClosed(word.read())) {
            stripes = new Stripes();
        }
    }

    /** Closes. */
    synchronized StateWord.Close close() {
        Stripes spread = stripes;
        if (spread != null && size() > StateWord.MOST) {
            throw new IllegalStateException("more than " + StateWord.MOST + " tasks are counted: close some first");
        }
        mayStripe = false;
        if (spread == null) {
            return word.close(0);
        }
        StateWord.Close close = word.close(spread.fold());
        // Not before: who finds no stripes must find the whole count in the word.
        stripes = null;
        return close;
    }

    boolean isStriped() {
        return stripes != null;
    }

    /** Reopens. False if it is open. */
    synchronized boolean reopen() {
        mayStripe = true;
        return word.reopen();
    }

    /** How many are counted; while striped, near that if others count meanwhile. */
    long size() {
        return stripes == null ? Math.max(0, StateWord.count(word.read())) : stripedSize();
    }

    private synchronized long stripedSize() {
        Stripes now = stripes;
        return Math.max(0, StateWord.count(word.read()) + (now == null ? 0 : now.sum()));
    }
}
