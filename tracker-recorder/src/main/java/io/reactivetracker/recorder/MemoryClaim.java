// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.Registration;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A key that is held in memory and, once it is settled, its record.
 *
 * <pre>
 *   state, one reference:
 *
 *   RUNNING  ─succeed→ SUCCEEDED               a TaskStatus; the first wait puts ClaimWaiters in its place
 *            ─fail───→ the failure             a Throwable, which reads FAILED
 *   REVOKING ─succeed→ NOT_FOUND               and then the store removes it from its map
 *            ─fail───→ SUCCEEDED
 * </pre>
 *
 * <p>Only the owner settles a claim, by one compare-and-set. A settled claim never changes again: a new task or a
 * revoke puts a new claim in its place in the {@link MemoryStore}'s map. So a waiter gets the result of the claim that
 * it was added to.
 */
class MemoryClaim<K> implements RecordStore.Claim {

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(MemoryClaim.class, "state", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final K key;
    private final MemoryStore<K> store;

    // Written by the thread that puts the claim into the map. Other threads read it only if the claim is settled.
    private long fencingToken;
    private volatile Object state;

    @SuppressWarnings("NullAway.Init") // it can't see through the handle
    MemoryClaim(MemoryStore<K> store, K key, TaskStatus underWay) {
        this.store = store;
        this.key = key;
        // The map publishes it.
        STATE.set(this, underWay);
    }

    /** Returns the claim that a key has after a task has requested it. Called under the map's lock for the key. */
    static <K> MemoryClaim<K> begin(MemoryClaim<K> current, MemoryClaim<K> requested) {
        TaskStatus status = current.statusNow();
        return status == TaskStatus.FAILED || status == TaskStatus.NOT_FOUND ? requested.replacing(current) : current;
    }

    /** Returns the claim that a key has after a revoke has requested it. Called under the map's lock for the key. */
    static <K> MemoryClaim<K> beginRevoke(MemoryClaim<K> current, MemoryClaim<K> requested) {
        return current.statusNow() == TaskStatus.SUCCEEDED ? requested.replacing(current) : current;
    }

    private MemoryClaim<K> replacing(MemoryClaim<K> settled) {
        fencingToken = settled.fencingToken + 1;
        store.leave(settled);
        return this;
    }

    /** Sets the fencing token of a claim that has not replaced another. */
    void setFencingTokenAfter(long greatest) {
        if (fencingToken == 0) {
            fencingToken = greatest + 1;
        }
    }

    @Override
    public long fencingToken() {
        return fencingToken;
    }

    @Override
    public @Nullable Duration lease() {
        return null;
    }

    TaskStatus status() {
        return statusOf(state);
    }

    private static TaskStatus statusOf(Object state) {
        if (state instanceof TaskStatus status) {
            return status;
        }
        return state instanceof ClaimWaiters waiters ? waiters.status : TaskStatus.FAILED;
    }

    /** Returns the status that others see: NOT_FOUND if the record has reached its maximum age. */
    TaskStatus statusNow() {
        return read().status();
    }

    TaskRecord read() {
        Object now = state;
        TaskStatus status = statusOf(now);
        return status.isSettled() && store.isExpired(this, status)
                ? TaskRecord.of(TaskStatus.NOT_FOUND)
                : recordOf(now);
    }

    private static TaskRecord recordOf(Object state) {
        return state instanceof Throwable failure ? TaskRecord.failed(failure) : TaskRecord.of(statusOf(state));
    }

    @Override
    public CompletableFuture<Boolean> succeed() {
        return CompletableFuture.completedFuture(settle(null));
    }

    @Override
    public CompletableFuture<Boolean> fail(Throwable failure) {
        return CompletableFuture.completedFuture(settle(failure));
    }

    @Override
    public CompletableFuture<Boolean> renew() {
        return CompletableFuture.completedFuture(!status().isSettled());
    }

    /** Settles the claim; returns false if it is settled. A failure of null is a success. */
    private boolean settle(@Nullable Throwable failure) {
        while (true) {
            Object now = state;
            TaskStatus status = statusOf(now);
            if (status.isSettled()) {
                return false;
            }
            Object end;
            if (status == TaskStatus.RUNNING) {
                end = failure == null ? TaskStatus.SUCCEEDED : RecordedFailure.bounded(failure);
            } else {
                end = failure == null ? TaskStatus.NOT_FOUND : TaskStatus.SUCCEEDED;
            }
            if (STATE.compareAndSet(this, now, end)) {
                store.settled(this, statusOf(end));
                if (now instanceof ClaimWaiters waiters) {
                    waiters.settle(recordOf(end));
                }
                return true;
            }
        }
    }

    Registration onSettled(Consumer<? super TaskRecord> action) {
        while (true) {
            Object now = state;
            if (statusOf(now).isSettled()) {
                action.accept(read());
                return Registration.none();
            }
            if (now instanceof ClaimWaiters waiters) {
                Registration registration = waiters.add(action);
                if (registration != null) {
                    return registration;
                }
            } else {
                STATE.compareAndSet(this, now, new ClaimWaiters(statusOf(now)));
            }
        }
    }
}
