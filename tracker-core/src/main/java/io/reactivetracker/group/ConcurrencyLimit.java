// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.internal.Preconditions;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Limits concurrency: up to {@code limit} tasks run at a time, and the others wait, or are rejected if the queue is
 * full.
 *
 * <p>The call that releases a permit grants it to the next task, so while tasks wait, no fewer run than the limit
 * allows. A permit is counted before it is granted, so never more run. The next task starts on its group's {@linkplain
 * TaskGroupBuilder#executor executor}, so a body that blocks keeps no other from starting. Tasks are granted in the
 * order of the queue, and the executor may begin them in another one. A task's children run on its permit: see {@link
 * Admission}.
 *
 * <p>Created by {@link Admission#concurrency(int)} and {@link Admission#prioritized}. Safe for use by several threads.
 */
public final class ConcurrencyLimit implements Admission {

    // word = free * 2 + HAS_WAITERS;  free = limit - granted permits, below 0 after the limit was lowered
    //
    //   take a permit         without HAS_WAITERS, if free > 0:  free - 1             any thread, by compare-and-set
    //   give one back         without HAS_WAITERS:               free + 1             any thread, by compare-and-set
    //   begin to queue        free <= 0:                         HAS_WAITERS set      under the lock
    //   empty the queue                                          HAS_WAITERS cleared  under the lock
    //   all with HAS_WAITERS                                                          under the lock
    //
    // So no task takes a permit while others wait for it, and while none waits no thread takes the lock.
    private static final long HAS_WAITERS = 1;
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
    private final SlotPermit permit = new SlotPermit();

    private volatile long word;

    // Guarded by this, which is not held while a request is answered.
    private final WaitQueue queue;
    private int limit;

    ConcurrencyLimit(int limit, int maxQueued, WaitQueue queue) {
        this.limit = Preconditions.requirePositive("limit", limit);
        this.word = limit * ONE;
        if (maxQueued < 0) {
            throw new IllegalArgumentException("maxQueued must not be negative, but was " + maxQueued
                    + ": 0 rejects every task that can't run at once");
        }
        this.maxQueued = maxQueued;
        this.queue = queue;
    }

    /**
     * Grants a permit without a request to a task that need not wait. Otherwise returns null, and the task has to ask.
     */
    @Nullable
    Permit tryGrant(TaskNode task) {
        Permit share = Ancestors.shareOfPermit(task, this);
        if (share != null) {
            return share;
        }
        return tryTake() ? permit : null;
    }

    private boolean tryTake() {
        long now = word;
        while (now >= ONE && (now & HAS_WAITERS) == 0) {
            long seen = (long) WORD.compareAndExchange(this, now, now - ONE);
            if (seen == now) {
                return true;
            }
            now = seen;
        }
        return false;
    }

    @Override
    public Registration admit(AdmissionRequest request) {
        Permit share = request.task() instanceof TaskNode task ? Ancestors.shareOfPermit(task, this) : null;
        if (share != null) {
            if (!request.grant(share)) {
                share.release(Outcome.CANCELLED);
            }
            return Registration.none();
        }
        int priority = queue.priorityOf(request);
        boolean isNext;
        synchronized (this) {
            // The queue begins only here. The compare-and-set fails if a permit is given back meanwhile.
            isNext = tryTake();
            while (!isNext && queue.size() < maxQueued) {
                long now = word;
                if ((now & HAS_WAITERS) != 0 || (now < ONE && WORD.compareAndSet(this, now, now | HAS_WAITERS))) {
                    WaitQueue.Entry entry = enqueue(request, priority);
                    return () -> leave(entry);
                }
                isNext = tryTake();
            }
        }
        if (!isNext) {
            request.reject("the limit is " + limit() + " at a time, and " + maxQueued
                    + " wait already: raise one of the two, or send less");
        } else if (!request.grant(permit)) {
            permit.release(Outcome.CANCELLED);
        }
        return Registration.none();
    }

    /**
     * Changes the limit. This call admits the tasks that the new limit allows. If the limit is lower, running tasks go
     * on, and the next task starts when enough of them have ended.
     *
     * @param newLimit the number of tasks that run at a time; at least 1
     * @throws IllegalArgumentException if it is not positive
     */
    public void limit(int newLimit) {
        setLimit(newLimit);
        grantWaiting();
    }

    /**
     * Changes the limit and answers no request. The caller may hold a lock, and calls {@link #grantWaiting} without it.
     */
    synchronized void setLimit(int newLimit) {
        int more = Preconditions.requirePositive("limit", newLimit) - limit;
        limit = newLimit;
        long unused = (long) WORD.getAndAdd(this, more * ONE);
    }

    /**
     * Returns the limit.
     *
     * @return the number of tasks that may run at a time
     */
    public synchronized int limit() {
        return limit;
    }

    /**
     * Returns the number of granted permits.
     *
     * @return from 0 to the limit, and more for a while after the limit was lowered
     */
    public synchronized int active() {
        return limit - (int) (word >> 1);
    }

    /**
     * Returns the number of tasks that wait.
     *
     * @return the length of the queue
     */
    public synchronized int queued() {
        return queue.size();
    }

    void grantWaiting() {
        grantFrom(next(false));
    }

    private void grantFrom(@Nullable AdmissionRequest first) {
        for (AdmissionRequest next = first; next != null; ) {
            boolean isTaken = next.grant(permit);
            next = next(!isTaken);
        }
    }

    /**
     * Takes a permit for the next task in the queue, if there are both. A permit that is given back passes on in one
     * step.
     */
    private synchronized @Nullable AdmissionRequest next(boolean isGivenBack) {
        if (isGivenBack) {
            long unused = (long) WORD.getAndAdd(this, ONE);
        }
        if (queue.isEmpty() || word < ONE) {
            return null;
        }
        // HAS_WAITERS is set, so no other thread has taken the permit meanwhile.
        long unused = (long) WORD.getAndAdd(this, -ONE);
        AdmissionRequest first = queue.takeFirst();
        clearIfEmpty();
        return first;
    }

    /** The caller holds the lock, and HAS_WAITERS is set. */
    private WaitQueue.Entry enqueue(AdmissionRequest request, int priority) {
        try {
            return queue.add(request, priority);
        } catch (Throwable outOfMemory) {
            clearIfEmpty();
            throw outOfMemory;
        }
    }

    /** The caller holds the lock, and HAS_WAITERS is set. */
    private void clearIfEmpty() {
        if (queue.isEmpty()) {
            long unused = (long) WORD.getAndAdd(this, -HAS_WAITERS);
        }
    }

    private synchronized void leave(WaitQueue.Entry entry) {
        if (queue.remove(entry)) {
            clearIfEmpty();
        }
    }

    /** The permit of every task; it has no state. */
    final class SlotPermit implements LimitPermit {

        private SlotPermit() {}

        /** Gives the permit back if no task waits. Otherwise returns false, and the caller calls {@link #release}. */
        boolean tryRelease() {
            long now = word;
            while ((now & HAS_WAITERS) == 0) {
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
     * Returns the limit, and the numbers of tasks that hold permits and that wait, at one instant.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public synchronized String toString() {
        return "ConcurrencyLimit[" + active() + " of " + limit + ", " + queue.size() + " wait]";
    }
}
