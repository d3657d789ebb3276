// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
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

    private final int mostQueued;
    private final Permit permit = new Place();

    // Guarded by this; never held while a candidate is spoken to.
    private final WaitingLine line;
    private int limit;
    private int active;

    ConcurrencyLimit(int limit, int mostQueued, WaitingLine line) {
        this.limit = requirePositive(limit);
        if (mostQueued < 0) {
            throw new IllegalArgumentException("mostQueued must not be negative, but was " + mostQueued
                    + ": 0 rejects every task that can't run at once");
        }
        this.mostQueued = mostQueued;
        this.line = line;
    }

    @Override
    public Registration admit(Candidate candidate) {
        Permit share = GroupTask.shareOfAncestor(candidate.task(), this);
        if (share != null) {
            if (!candidate.grant(share)) {
                share.release(Outcome.CANCELLED);
            }
            return WaitingLine.NO_PLACE;
        }
        int priority = line.priorityOf(candidate);
        boolean isFull;
        synchronized (this) {
            boolean isNext = active < limit && line.isEmpty();
            isFull = !isNext && line.size() >= mostQueued;
            if (!isNext && !isFull) {
                WaitingLine.Place place = line.add(candidate, priority);
                return () -> leave(place);
            }
            if (isNext) {
                active++;
            }
        }
        if (isFull) {
            candidate.reject("the limit is " + limit() + " at a time, and " + mostQueued
                    + " wait already: raise one of the two, or send less");
        } else if (!candidate.grant(permit)) {
            giveBack();
        }
        return WaitingLine.NO_PLACE;
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
        limit = requirePositive(newLimit);
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
        return active;
    }

    /**
     * How many tasks wait.
     *
     * @return the length of the line
     */
    public synchronized int queued() {
        return line.size();
    }

    private void giveBack() {
        grantFrom(next(true));
    }

    void grantToThoseInLine() {
        grantFrom(next(false));
    }

    private void grantFrom(@Nullable Candidate first) {
        for (Candidate next = first; next != null; ) {
            boolean isTaken = next.grant(permit);
            next = next(!isTaken);
        }
    }

    /** Counts a place for the next in line, if there is one for it; a place that is free again is given on in one step. */
    private synchronized @Nullable Candidate next(boolean isGivenBack) {
        if (isGivenBack) {
            active--;
        }
        if (active >= limit || line.isEmpty()) {
            return null;
        }
        active++;
        return line.takeFirst();
    }

    private synchronized void leave(WaitingLine.Place place) {
        line.remove(place);
    }

    /** The permit of every task: it has nothing to remember. */
    private final class Place implements LimitPermit {

        @Override
        public void release(Outcome outcome) {
            giveBack();
        }

        @Override
        public boolean isOf(Admission limit) {
            return limit.equals(ConcurrencyLimit.this);
        }
    }

    private static int requirePositive(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException(
                    "limit must be positive, but was " + limit + ": with none at a time no task would ever run");
        }
        return limit;
    }

    /**
     * The limit and what it holds, from one instant.
     *
     * @return for people to read; the form may change
     */
    @Override
    public synchronized String toString() {
        return "ConcurrencyLimit[" + active + " of " + limit + ", " + line.size() + " wait]";
    }
}
