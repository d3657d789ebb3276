// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The state of one tracker in one atomic {@code long}: the number of counted tasks, the closed flag, the drained flag,
 * and the number of drains so far.
 *
 * <pre>
 *  63            33  32 31              1   0
 * +----------------+---+-----------------+---+
 * |     epoch      | D |      count      | C |     drained  =  C is 1, count is 0, D is 1
 * +----------------+---+-----------------+---+
 *
 *   transition      made by a thread that          count   C        D        epoch
 *   acquire         starts a task                   + 1
 *   tryAcquire      starts a task                   + 1    (C = 0)
 *   release         ends a task                     - 1
 *   settle          sees C = 1 and count 0                          0 to 1   + 1
 *   leave           has acquired                                    1 to 0
 *   add             folds stripes                   + n    (C = 0)
 *   close           closes the tracker              + n    0 to 1   0 to 1   + 1 if the count is 0 then
 *   reopen          reopens the tracker                    1 to 0   1 to 0
 * </pre>
 *
 * <p>Tasks are counted by additions, which never fail. An addition cannot move the epoch when it ends the last task. So
 * a closed word whose count becomes zero is not drained yet but <em>unsettled</em>, until one compare-and-set
 * <em>settles</em> it. The thread that ended the last task settles the word before it returns, and each thread that
 * reads an unsettled word settles it first. An acquire that precedes both precedes the end of the last task. Hence no
 * reader sees an unsettled word.
 *
 * <p>D remains set when a task is acquired while the word is drained. The thread that acquired it clears D before it
 * returns, and so before its task can end. So D is clear when the count becomes zero again.
 *
 * <p>The epoch moves in the step that drains, not after it. So two reads tell whether the word was drained at any
 * instant between them, even if no thread read it then. A wait misses no drain, and is not completed by a drain that
 * precedes the wait.
 *
 * <p>A close adds {@code n} tasks that were counted elsewhere, see {@link TaskCount}. If such a task ends here before
 * the close, the count of the open word is negative meanwhile. The count is a signed number; it borrows from the bits
 * above, which {@link #above} corrects.
 */
final class StateWord extends PaddingBefore {

    /** The maximum number of tasks. The field has room for as many threads again that exceed it for a moment. */
    static final int MAX = (1 << 29) - 1;

    /** The number of contention hits after which a count is striped. A single thread never has one. */
    private static final int CONTENDED = 4;

    private static final long CLOSED = 1L;
    private static final long ONE_TASK = 1L << 1;
    private static final long DRAINED = 1L << 32;
    private static final long ONE_EPOCH = 1L << 33;

    /** Result of {@link #close} if the word was closed before. No closed word has this value. */
    static final long ALREADY_CLOSED = 0;

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(StateWord.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Result of an attempt to count a task. */
    enum Acquire {
        /** The task is counted. */
        COUNTED,
        /** The word is closed; the task is not counted. */
        CLOSED,
        /** The maximum is reached; the task is not counted. */
        FULL
    }

    /** Result of a release. */
    enum Release {
        /** The task is not counted any more. */
        RELEASED,
        /** The same, and no task was left in a closed word. */
        MAY_HAVE_DRAINED,
        /** The same, and several threads have contended for the word, which is open. */
        CONTENDED
    }

    // Alone on its cache line: threads that change it must not evict its neighbours, such as the reference to it.
    private volatile long word;

    @SuppressWarnings({"unused", "UnusedVariable"}) // only their place in memory matters
    private long padding1, padding2, padding3, padding4, padding5, padding6, padding7;

    // A racy counter: lost updates are harmless.
    private int contentionHits;

    StateWord() {
        this(0);
    }

    /** Creates a word in any state; for tests near a limit. */
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

    /** Returns the epoch for a wait that begins at this word: the wait is done once the word has another epoch. */
    static int epochBeforeDrain(long word) {
        return isDrained(word) ? epoch(word) - 1 : epoch(word);
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

    /** Makes an unsettled word drained, and returns the word after that. */
    private long settle() {
        long now = word;
        while (isUnsettled(now)) {
            long drained = now + DRAINED + ONE_EPOCH;
            long seen = (long) WORD.compareAndExchange(this, now, drained);
            now = seen == now ? drained : seen;
        }
        return now;
    }

    /** Counts a task. Returns false if that exceeds {@link #MAX}; the task is counted even then, so release it. */
    boolean acquire() {
        long before = (long) WORD.getAndAdd(this, ONE_TASK);
        if (hasDrainedBit(before)) {
            leave();
        }
        return count(before) < MAX;
    }

    private void leave() {
        long now = word;
        while (hasDrainedBit(now)) {
            now = (long) WORD.compareAndExchange(this, now, now - DRAINED);
        }
    }

    /** Counts a task unless the word is closed or full, in one step. */
    Acquire tryAcquire() {
        long now = word;
        while (!isClosed(now) && count(now) < MAX) {
            long seen = (long) WORD.compareAndExchange(this, now, now + ONE_TASK);
            if (seen == now) {
                return Acquire.COUNTED;
            }
            now = seen;
        }
        return isClosed(now) ? Acquire.CLOSED : Acquire.FULL;
    }

    /** Ends a task. */
    Release release() {
        return released((long) WORD.getAndAdd(this, -ONE_TASK) - ONE_TASK);
    }

    /** Ends a task, and detects contention by an additional read. */
    Release releaseAndDetectContention() {
        // Read before the addition: if another thread changes the word in between, the two contend for its cache line.
        long seen = word;
        long before = (long) WORD.getAndAdd(this, -ONE_TASK);
        if (seen != before && ++contentionHits % CONTENDED == 0 && !isClosed(before)) {
            return Release.CONTENDED;
        }
        return released(before - ONE_TASK);
    }

    private Release released(long after) {
        if (isClosed(after) && count(after) == 0) {
            settle();
            return Release.MAY_HAVE_DRAINED;
        }
        return Release.RELEASED;
    }

    /** Adds to the count of an open word. The caller prevents a concurrent close. */
    void add(long tasks) {
        WORD.getAndAdd(this, tasks * ONE_TASK);
    }

    /**
     * Closes the word and adds to its count in the same step. The number may be negative, but the count must not be
     * after it. Returns the closed word that this step has made, or {@link #ALREADY_CLOSED}.
     */
    long close(long tasks) {
        long now = word;
        while (!isClosed(now)) {
            long next = (now + tasks * ONE_TASK) | CLOSED;
            if (isUnsettled(next)) {
                next += DRAINED + ONE_EPOCH;
            }
            long seen = (long) WORD.compareAndExchange(this, now, next);
            if (seen == now) {
                return next;
            }
            now = seen;
        }
        return ALREADY_CLOSED;
    }

    /** Reopens the word. Returns false if it is open. */
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
