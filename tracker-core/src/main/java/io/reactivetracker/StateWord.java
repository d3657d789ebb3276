// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The state of one tracker in one atomic {@code long}: how many tasks are counted, whether it is closed, and how often
 * it was drained so far.
 *
 * <pre>
 *  63            32 31              1   0
 * +----------------+-----------------+---+
 * |     epoch      |      count      | C |     drained  =  count is 0 and C is 1
 * +----------------+-----------------+---+
 *
 *   transition      made by                        count   C        epoch
 *   acquire         whoever starts a task           + 1
 *   tryAcquire      whoever starts a task           + 1    (C = 0)
 *   release         whoever ends a task             - 1             + 1 if drained by it
 *   close           the owner                       + n    0 to 1   + 1 if drained by it
 *   reopen          the owner                              1 to 0
 * </pre>
 *
 * <p>The epoch moves in the very step that drains, never after it. So two reads tell for certain whether the word was
 * drained at some instant between them, even if it was so for a moment and no thread looked: a wait can neither miss a
 * drain nor be woken by one that came before it was made.
 *
 * <p>A close brings {@code n} tasks with it that were counted elsewhere: see {@link TaskCount}.
 */
final class StateWord {

    /** The most tasks that are counted at once; the field has room for as many threads again that overshoot. */
    static final int MOST = (1 << 30) - 1;

    private static final long CLOSED = 1L;
    private static final long ONE_TASK = 1L << 1;
    private static final long ONE_EPOCH = 1L << 32;

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(StateWord.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What a step has come to. */
    enum Step {
        /** It was made. */
        MADE,
        /** It was made, and drained. */
        DRAINED,
        /** It was not: there was nothing to count down. */
        NONE_COUNTED,
        /** It was not: it is closed already. */
        CLOSED_BEFORE
    }

    private volatile long word;

    // How often threads have got in each other's way, or fewer: it need not be exact, and so must cost nothing.
    private int failures;

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
        return (int) word == CLOSED;
    }

    static int count(long word) {
        return (int) word >>> 1;
    }

    static int epoch(long word) {
        return (int) (word >>> 32);
    }

    long read() {
        return word;
    }

    /** Counts one more. False if that is more than {@link #MOST}; it is counted all the same, so release it. */
    boolean acquire() {
        // A plain addition is enough: one more task never drains, and never depends on what the word was.
        return count((long) WORD.getAndAdd(this, ONE_TASK)) < MOST;
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
    Step release() {
        long now = word;
        while (count(now) != 0) {
            long next = drainedOnceMore(now - ONE_TASK);
            long seen = (long) WORD.compareAndExchange(this, now, next);
            if (seen == now) {
                return stepTo(next);
            }
            if (!isClosed(now)) {
                failures++; // a closed word is not striped, however many contend for it
            }
            now = seen;
        }
        return Step.NONE_COUNTED;
    }

    /** Closes, and counts so many more in the same step; it may be fewer, but not fewer than none in all. */
    Step close(long more) {
        long now = word;
        while (!isClosed(now)) {
            long next = drainedOnceMore((now + more * ONE_TASK) | CLOSED);
            long seen = (long) WORD.compareAndExchange(this, now, next);
            if (seen == now) {
                return stepTo(next);
            }
            now = seen;
        }
        return Step.CLOSED_BEFORE;
    }

    private static Step stepTo(long next) {
        return isDrained(next) ? Step.DRAINED : Step.MADE;
    }

    int failures() {
        return failures;
    }

    void forgetFailures() {
        failures = 0;
    }

    /** Reopens. Returns the word as it was before. */
    long reopen() {
        return (long) WORD.getAndBitwiseAnd(this, ~CLOSED);
    }

    private static long drainedOnceMore(long next) {
        return isDrained(next) ? next + ONE_EPOCH : next;
    }
}
