// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.internal.Preconditions;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Lets a number of tasks run at a time; the others wait in line, or are rejected if the line is full.
 *
 * <p>A place that becomes free is given on in the very call that frees it, so while tasks wait never fewer run than the
 * limit allows; and the place is counted before it is given, so never more. The next task starts on its group's
 * {@linkplain TaskGroupBuilder#executor executor}, so a body that blocks keeps no other from starting; the order in which
 * tasks are granted is that of the line, the order in which the executor begins them is its own. A task's children run on
 * its place: see {@link Admission}.
 *
 * <p>Made by {@link Admission#concurrency(int)} and {@link Admission#prioritized}. Safe for use by several threads.
 */
public final class ConcurrencyLimit implements Admission {

    // word = free * 2 + HAS_LINE;  free = limit - permits that are out, below 0 after the limit was lowered
    //
    //   take a permit      without HAS_LINE, if free > 0:  free - 1          anybody, by compare-and-set
    //   give one back      without HAS_LINE:               free + 1          anybody, by compare-and-set
    //   begin the line     free <= 0:                      HAS_LINE is set   under the lock
    //   end the line                                       HAS_LINE cleared  under the lock, when the line is empty
    //   all with HAS_LINE                                                    under the lock
    //
    // So nobody takes a permit while others wait for it, and without a line no thread takes the lock.
    private static final long HAS_LINE = 1;
    private static final long ONE = 2;

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(ConcurrencyLimit.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int maxQueued;
    private final Place permit = new Place();

    private volatile long word;

    // Guarded by this; never held while a candidate is spoken to.
    private final WaitQueue line;
    private int limit;

    ConcurrencyLimit(int limit, int maxQueued, WaitQueue line) {
        this.limit = Preconditions.requirePositive("limit", limit);
        this.word = limit * ONE;
        if (maxQueued < 0) {
            throw new IllegalArgumentException("maxQueued must not be negative, but was " + maxQueued
                    + ": 0 rejects every task that can't run at once");
        }
        this.maxQueued = maxQueued;
        this.line = line;
    }

    /** Grants at once, without a candidate, to a task that need not wait: else returns null, and it has to ask. */
    @Nullable
    Permit tryGrant(AbstractGroupTask task) {
        Permit share = Ancestors.shareOfPermit(task, this);
        if (share != null) {
            return share;
        }
        return tryTake() ? permit : null;
    }

    private boolean tryTake() {
        long now = word;
        while (now >= ONE && (now & HAS_LINE) == 0) {
            long seen = (long) WORD.compareAndExchange(this, now, now - ONE);
            if (seen == now) {
                return true;
            }
            now = seen;
        }
        return false;
    }

    @Override
    public Registration admit(AdmissionRequest candidate) {
        Permit share = candidate.task() instanceof AbstractGroupTask task ? Ancestors.shareOfPermit(task, this) : null;
        if (share != null) {
            if (!candidate.grant(share)) {
                share.release(Outcome.CANCELLED);
            }
            return Registration.none();
        }
        int priority = line.priorityOf(candidate);
        boolean isNext;
        synchronized (this) {
            // Only here does a line begin: what is taken or given back meanwhile is seen by one of the two.
            isNext = tryTake();
            while (!isNext && line.size() < maxQueued) {
                long now = word;
                if ((now & HAS_LINE) != 0 || (now < ONE && WORD.compareAndSet(this, now, now | HAS_LINE))) {
                    WaitQueue.Place place = addToLine(candidate, priority);
                    return () -> leave(place);
                }
                isNext = tryTake();
            }
        }
        if (!isNext) {
            candidate.reject("the limit is " + limit() + " at a time, and " + maxQueued
                    + " wait already: raise one of the two, or send less");
        } else if (!candidate.grant(permit)) {
            permit.release(Outcome.CANCELLED);
        }
        return Registration.none();
    }

    /**
     * Changes the limit. Tasks that the new one allows are granted in this call; if it is lower, those that run go on, and the
     * next starts when enough have ended.
     *
     * @param newLimit how many run at a time; at least 1
     * @throws IllegalArgumentException if it is not positive
     */
    public void limit(int newLimit) {
        setLimit(newLimit);
        grantToThoseInLine();
    }

    /** Changes the limit and speaks to no candidate: the caller may hold a lock, and starts those in line without it. */
    synchronized void setLimit(int newLimit) {
        int more = Preconditions.requirePositive("limit", newLimit) - limit;
        limit = newLimit;
        long unused = (long) WORD.getAndAdd(this, more * ONE);
    }

    /**
     * The limit.
     *
     * @return how many may run at a time
     */
    public synchronized int limit() {
        return limit;
    }

    /**
     * How many permits are out.
     *
     * @return from 0 to the limit, and more for a while after that was lowered
     */
    public synchronized int active() {
        return limit - (int) (word >> 1);
    }

    /**
     * How many tasks wait.
     *
     * @return the length of the line
     */
    public synchronized int queued() {
        return line.size();
    }

    void grantToThoseInLine() {
        grantFrom(next(false));
    }

    private void grantFrom(@Nullable AdmissionRequest first) {
        for (AdmissionRequest next = first; next != null; ) {
            boolean isTaken = next.grant(permit);
            next = next(!isTaken);
        }
    }

    /** Takes a permit for the next in line, if there is one for it; one that is given back is given on in one step. */
    private synchronized @Nullable AdmissionRequest next(boolean isGivenBack) {
        if (isGivenBack) {
            long unused = (long) WORD.getAndAdd(this, ONE);
        }
        if (line.isEmpty() || word < ONE) {
            return null;
        }
        // There is a line, so nobody else has taken it meanwhile.
        long unused = (long) WORD.getAndAdd(this, -ONE);
        AdmissionRequest first = line.takeFirst();
        endLineIfEmpty();
        return first;
    }

    /** The caller holds the lock, and HAS_LINE is set. */
    private WaitQueue.Place addToLine(AdmissionRequest candidate, int priority) {
        try {
            return line.add(candidate, priority);
        } catch (Throwable outOfMemory) {
            endLineIfEmpty();
            throw outOfMemory;
        }
    }

    /** The caller holds the lock, and HAS_LINE is set. */
    private void endLineIfEmpty() {
        if (line.isEmpty()) {
            long unused = (long) WORD.getAndAdd(this, -HAS_LINE);
        }
    }

    private synchronized void leave(WaitQueue.Place place) {
        if (line.remove(place)) {
            endLineIfEmpty();
        }
    }

    /** The permit of every task: it has nothing to remember. */
    final class Place implements LimitPermit {

        private Place() {}

        /** Gives it back if nobody waits; false if somebody does, and {@link #release} is to be called. */
        boolean tryRelease() {
            long now = word;
            while ((now & HAS_LINE) == 0) {
                long seen = (long) WORD.compareAndExchange(ConcurrencyLimit.this, now, now + ONE);
                if (seen == now) {
                    return true;
                }
                now = seen;
            }
            return false;
        }

        @Override
        public void release(Outcome outcome) {
            if (!tryRelease()) {
                grantFrom(next(true));
            }
        }

        @Override
        public boolean isOf(Admission limit) {
            return limit.equals(ConcurrencyLimit.this);
        }
    }

    /**
     * The limit and what it holds, from one instant.
     *
     * @return for people to read; the form may change
     */
    @Override
    public synchronized String toString() {
        return "ConcurrencyLimit[" + active() + " of " + limit + ", " + line.size() + " wait]";
    }
}
