// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import org.jspecify.annotations.Nullable;

/**
 * How many tasks a tracker counts: in one word, and while it is open and threads contend for that, in stripes as well.
 *
 * <pre>
 *   ONE WORD   the word has the whole count
 *     │ stripe: open, threads have met at the word several times, and it counts at most half of the most
 *     ↓
 *   STRIPED    the count is that of the word and the sum of the stripes; open, so nothing can drain
 *     │ gather: more than half of the most are counted; the stripes are folded, and their sum goes into the word
 *     │
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
 *
 * <p>Only the word refuses what is too much. So stripes are given up long before: each cell has all of them added up whenever
 * it has counted {@code LOOK} more, so together they never come near to the most.
 */
final class TaskCount {

    /** A power of two, so small that all cells together count fewer than a quarter of the most between two looks. */
    static final int LOOK = 1 << 19;

    /** The most that are counted in stripes, before somebody looks. */
    static final int STRIPED_MOST = StateWord.MOST / 2;

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
                look(found);
                return true;
            }
        }
        return word.acquire();
    }

    private void look(long found) {
        // Zero is where a cell stands most of the time.
        if ((found & (LOOK - 1)) == 0 && found != 0) {
            gather();
        }
    }

    /** Goes back to one word if so many are counted that this alone may say when there are too many. */
    private synchronized void gather() {
        Stripes spread = stripes;
        if (spread != null && StateWord.count(word.read()) + spread.sum() > STRIPED_MOST) {
            word.add(spread.fold());
            // Not before: who finds no stripes must find the whole count in the word.
            stripes = null;
        }
    }

    /** Counts one more unless closed, in one step. Returns the word that decided: open with room for it, or not. */
    long tryAcquire() {
        Stripes now = stripes;
        if (now != null) {
            long found = now.add(1);
            if (!Stripes.isFolded(found)) {
                look(found);
                return 0;
            }
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

    /** Spreads the count, unless it is spread already, closed, or too large. */
    synchronized void stripe() {
        long now = word.read();
        if (stripes == null && !StateWord.isClosed(now) && StateWord.count(now) <= STRIPED_MOST) {
            try {
                stripes = new Stripes();
            } catch (OutOfMemoryError none) {
                // It goes on with one word: the task that has just ended here must not fail.
            }
        }
    }

    /** Closes. Returns the closed word that this call has made; or an open one if it was closed before. */
    synchronized long close() {
        Stripes spread = stripes;
        mayStripe = false;
        if (spread == null) {
            return word.close(0);
        }
        long closed = word.close(spread.fold());
        // As in gather().
        stripes = null;
        return closed;
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
