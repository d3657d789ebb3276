// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The state of one tracker in one atomic {@code long}: how many tasks are counted, whether it is closed, whether it is
 * drained, and how often it was so far.
 *
 * <pre>
 *  63            33  32 31              1   0
 * +----------------+---+-----------------+---+
 * |     epoch      | D |      count      | C |     drained  =  C is 1, count is 0, D is 1
 * +----------------+---+-----------------+---+
 *
 *   transition      made by                        count   C        D        epoch
 *   acquire         whoever starts a task           + 1
 *   tryAcquire      whoever starts a task           + 1    (C = 0)
 *   release         whoever ends a task             - 1
 *   settle          whoever sees C = 1, count 0                     0 to 1   + 1
 *   leave           whoever has acquired                            1 to 0
 *   add             who folds stripes               + n    (C = 0)
 *   close           the owner                       + n    0 to 1   0 to 1   + 1 if it leaves none counted
 *   reopen          the owner                              1 to 0   1 to 0
 * </pre>
 *
 * <p>Tasks are counted by plain additions, which do not fail however many threads make them. What an addition can't do is
 * to move the epoch if it happens to be the last task's. So a closed word that comes to zero is not drained yet: it is
 * <em>unsettled</em>, until somebody <em>settles</em> it, by one compare-and-set, to be drained once more. Whoever ended
 * the last task does so before it returns, and whoever reads an unsettled word does so before it looks at it; an acquire
 * that is faster than both has come before that task's end. Hence nobody ever sees a word that is unsettled.
 *
 * <p>D stays behind when a task is acquired by an addition while the word is drained. Whoever has made such an addition
 * takes D away before it returns, so before its own task can end: a word that comes to zero again has no D.
 *
 * <p>The epoch moves in the very step that drains, never after it. So two reads tell for certain whether the word was
 * drained at some instant between them, even if it was so for a moment and no thread looked: a wait can neither miss a
 * drain nor be woken by one that came before it was made.
 *
 * <p>A close brings {@code n} tasks with it that were counted elsewhere: see {@link TaskCount}. If such a one ends here
 * before that, the count of the open word is below zero meanwhile. It is a signed number and borrows from what is above
 * it, which {@link #above} gives back.
 */
final class StateWord extends PaddingBefore {

    /** The most tasks that are counted at once; the field has room for as many threads again that overshoot. */
    static final int MOST = (1 << 29) - 1;

    /** How many threads must have met others. A lone one never does. */
    private static final int CONTENDED = 4;

    private static final long CLOSED = 1L;
    private static final long ONE_TASK = 1L << 1;
    private static final long DRAINED = 1L << 32;
    private static final long ONE_EPOCH = 1L << 33;

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(StateWord.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What a release has come to. */
    enum Release {
        /** It was made. */
        MADE,
        /** It was made, and no task was left in a closed word. */
        MAY_HAVE_DRAINED,
        /** It was made, and several have met others here while the word is open. */
        MET_OTHERS
    }

    // Alone on its cache line: threads that change it must not take away what lies beside it, such as the reference to
    // it.
    private volatile long word;

    @SuppressWarnings({"unused", "UnusedVariable"}) // what counts is where they are
    private long padding1, padding2, padding3, padding4, padding5, padding6, padding7;

    // How often threads have met here, or fewer: it need not be exact, and so must cost nothing.
    private int meetings;

    StateWord() {
        this(0);
    }

    /** Starts from any state: the tests use it to stand near a limit. */
    StateWord(long word) {
        this.word = word;
    }

    static boolean isClosed(long word) {
        return (word & CLOSED) != 0;
    }

    static boolean isDrained(long word) {
        return (int) word == CLOSED && hasDrainedBit(word);
    }

    static int count(long word) {
        return (int) word >> 1;
    }

    static int epoch(long word) {
        return above(word) >>> 1;
    }

    private static boolean hasDrainedBit(long word) {
        return (above(word) & 1) != 0;
    }

    private static int above(long word) {
        return (int) ((word - (int) word) >>> 32);
    }

    private static boolean isUnsettled(long word) {
        return (int) word == CLOSED && !hasDrainedBit(word);
    }

    long read() {
        long now = word;
        return isUnsettled(now) ? settle() : now;
    }

    /** Makes an unsettled word drained. Returns the word as it is then. */
    private long settle() {
        long now = word;
        while (isUnsettled(now)) {
            long drained = now + DRAINED + ONE_EPOCH;
            long seen = (long) WORD.compareAndExchange(this, now, drained);
            now = seen == now ? drained : seen;
        }
        return now;
    }

    /** Counts one more. False if that is more than {@link #MOST}; it is counted all the same, so release it. */
    boolean acquire() {
        long before = (long) WORD.getAndAdd(this, ONE_TASK);
        if (hasDrainedBit(before)) {
            leave();
        }
        return count(before) < MOST;
    }

    private void leave() {
        long now = word;
        while (hasDrainedBit(now)) {
            now = (long) WORD.compareAndExchange(this, now, now - DRAINED);
        }
    }

    /** Counts one more unless closed, in one step. Returns the word that decided. */
    long tryAcquire() {
        long now = word;
        while (!isClosed(now) && count(now) < MOST) {
            long seen = (long) WORD.compareAndExchange(this, now, now + ONE_TASK);
            if (seen == now) {
                return now;
            }
            now = seen;
        }
        return now;
    }

    /** Counts one less. */
    Release release() {
        return released((long) WORD.getAndAdd(this, -ONE_TASK) - ONE_TASK);
    }

    /** Counts one less, and looks whether others are here, for which it reads the word once more. */
    Release releaseAndLook() {
        // Before the addition: who has to wait for the cache line meets whoever had it.
        long seen = word;
        long before = (long) WORD.getAndAdd(this, -ONE_TASK);
        if (seen != before && ++meetings % CONTENDED == 0 && !isClosed(before)) {
            return Release.MET_OTHERS;
        }
        return released(before - ONE_TASK);
    }

    private Release released(long after) {
        if (isClosed(after) && count(after) == 0) {
            settle();
            return Release.MAY_HAVE_DRAINED;
        }
        return Release.MADE;
    }

    /** Counts so many more, or fewer. The caller sees to it that nobody closes meanwhile. */
    void add(long more) {
        WORD.getAndAdd(this, more * ONE_TASK);
    }

    /**
     * Closes, and counts so many more in the same step; it may be fewer, but not fewer than none in all. Returns the closed
     * word that this step has made; or an open one if it was closed before.
     */
    long close(long more) {
        long now = word;
        while (!isClosed(now)) {
            long next = (now + more * ONE_TASK) | CLOSED;
            if (isUnsettled(next)) {
                next += DRAINED + ONE_EPOCH;
            }
            long seen = (long) WORD.compareAndExchange(this, now, next);
            if (seen == now) {
                return next;
            }
            now = seen;
        }
        return 0;
    }

    /** Reopens. False if it is open. */
    boolean reopen() {
        long now = word;
        while (isClosed(now)) {
            long next = now - CLOSED - (hasDrainedBit(now) ? DRAINED : 0);
            long seen = (long) WORD.compareAndExchange(this, now, next);
            if (seen == now) {
                return true;
            }
            now = seen;
        }
        return false;
    }
}
