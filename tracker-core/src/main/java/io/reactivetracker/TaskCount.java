// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import org.jspecify.annotations.Nullable;

/**
 * The number of tasks that a tracker counts: in one word and, while the tracker is open and contended, also in stripes.
 *
 * <pre>
 *   ONE WORD   the word has the whole count
 *     │ stripe: the word is open and contended, and counts at most {@link #MAX_STRIPED}
 *     ↓
 *   STRIPED    the count is that of the word plus the sum of the stripes; open, so it cannot drain
 *     │ gather: the count exceeds {@link #MAX_STRIPED}; folds the stripes and adds their sum to the word
 *     │
 *     │ close, under the lock: folds the stripes; then closes the word and adds their sum in one step; then removes
 *     ↓        the stripes
 *   ONE WORD
 * </pre>
 *
 * <p>Only a word that has the whole count is ever closed. So waits read the word alone and do not know of stripes. A
 * thread that finds its stripe folded during a close continues with the word. A task that was counted in a stripe may
 * then end in the word before the sum of the stripes arrives there. The count of the word is negative meanwhile, which
 * is harmless as the word is open.
 *
 * <p>A {@code tryAcquire} that finds its stripe live precedes the close, which folds all stripes first.
 *
 * <p>Only the word enforces the maximum. So the stripes are gathered long before it is reached: each stripe checks the
 * sum every {@link #CHECK_INTERVAL} additions, so the stripes together never come near the maximum.
 */
final class TaskCount {

    /** A power of two, so small that all stripes add less than a quarter of the maximum between two checks. */
    static final int CHECK_INTERVAL = 1 << 19;

    /** The maximum of a striped count, as far as the checks see it. */
    static final int MAX_STRIPED = StateWord.MAX / 2;

    private final StateWord word;

    /** Changed under the lock of this. */
    private volatile @Nullable StripedCounter stripes;

    // False while closed: a closed word has no stripes, and to detect contention would take the cache line from other
    // threads. A stale value costs one detection too many or too few.
    private boolean detectsContention = true;

    TaskCount(StateWord word) {
        this.word = word;
    }

    /** Returns the word. Its closed bit, drained bit and epoch are always right, its count only if it is closed. */
    long read() {
        return word.read();
    }

    /** Counts a task. Returns false if that exceeds the maximum; the task is counted even then, so release it. */
    boolean acquire() {
        return acquireInStripe() || word.acquire();
    }

    /** Counts a task unless the word is closed or full, in one step. */
    StateWord.Acquire tryAcquire() {
        return acquireInStripe() ? StateWord.Acquire.COUNTED : word.tryAcquire();
    }

    private boolean acquireInStripe() {
        StripedCounter now = stripes;
        if (now == null) {
            return false;
        }
        long found = now.add(1);
        if (StripedCounter.isFolded(found)) {
            return false;
        }
        // Most of the time a stripe is at zero.
        if ((found & (CHECK_INTERVAL - 1)) == 0 && found != 0) {
            gather();
        }
        return true;
    }

    /** Returns to one word if the count is so high that only the word can enforce the maximum. */
    private synchronized void gather() {
        StripedCounter folded = stripes;
        if (folded != null && StateWord.count(word.read()) + folded.sum() > MAX_STRIPED) {
            word.add(folded.fold());
            // Last: a thread that finds no stripes must find the whole count in the word.
            stripes = null;
        }
    }

    /** Ends a task. Returns true if that may have drained the tracker. */
    boolean release() {
        StripedCounter now = stripes;
        if (now != null && !StripedCounter.isFolded(now.add(-1))) {
            return false;
        }
        StateWord.Release release = detectsContention ? word.releaseAndDetectContention() : word.release();
        if (release == StateWord.Release.CONTENDED) {
            stripe();
        }
        return release == StateWord.Release.MAY_HAVE_DRAINED;
    }

    /** Adds stripes, unless there are some, or the word is closed or counts too many tasks. */
    synchronized void stripe() {
        long now = word.read();
        if (stripes == null && !StateWord.isClosed(now) && StateWord.count(now) <= MAX_STRIPED) {
            try {
                stripes = new StripedCounter();
            } catch (OutOfMemoryError none) {
                // Continue with one word: the task that has just ended must not fail.
            }
        }
    }

    /** Closes. Returns the closed word that this call has made, or {@link StateWord#ALREADY_CLOSED}. */
    synchronized long close() {
        StripedCounter folded = stripes;
        detectsContention = false;
        long closed = word.close(folded == null ? 0 : folded.fold());
        // Last, as in gather().
        stripes = null;
        return closed;
    }

    boolean isStriped() {
        return stripes != null;
    }

    /** Reopens. Returns false if the word is open. */
    synchronized boolean reopen() {
        detectsContention = true;
        return word.reopen();
    }

    /** Returns the number of counted tasks; approximate while it is striped and other threads count. */
    long size() {
        return stripes == null ? Math.max(0, StateWord.count(word.read())) : stripedSize();
    }

    private synchronized long stripedSize() {
        StripedCounter now = stripes;
        return Math.max(0, StateWord.count(word.read()) + (now == null ? 0 : now.sum()));
    }
}
