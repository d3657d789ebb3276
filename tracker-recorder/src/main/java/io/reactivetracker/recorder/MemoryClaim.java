// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.Registration;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A key that is held in memory, and once it is settled the record of what became of it.
 *
 * <pre>
 *   state, one reference:
 *
 *   RUNNING  ─succeed→ SUCCEEDED               a TaskStatus; the first wait puts SettleWaits in its place
 *            ─fail───→ the failure             a Throwable, which reads FAILED
 *   REVOKING ─succeed→ NOT_FOUND               and then the store takes it out of its map
 *            ─fail───→ SUCCEEDED
 * </pre>
 *
 * <p>Only the owner settles a claim, by one compare-and-set, and a settled claim changes no more: a new task or a revoke
 * puts a new claim in its place in the {@link MemoryStore}'s map. So a wait is told what became of the very claim that it
 * was made for.
 */
class MemoryClaim<K> implements RecordStore.Claim {
    private static final CompletionStage<Boolean> YES = CompletableFuture.completedStage(true);
    private static final CompletionStage<Boolean> NO = CompletableFuture.completedStage(false);
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

    // Set by the thread that puts the claim into the map; others read it only of a settled one.
    private long fence;
    private volatile Object state;

    @SuppressWarnings("NullAway.Init") // it can't see through the handle
    MemoryClaim(MemoryStore<K> store, K key, TaskStatus underWay) {
        this.store = store;
        this.key = key;
        // The map publishes it.
        STATE.set(this, underWay);
    }

    /** What a key's claim becomes if a task asks for it: under the map's lock for the key. */
    static <K> MemoryClaim<K> begun(MemoryClaim<K> current, MemoryClaim<K> asking) {
        TaskStatus status = current.statusNow();
        return status == TaskStatus.FAILED || status == TaskStatus.NOT_FOUND ? asking.replacing(current) : current;
    }

    /** What a key's claim becomes if a revoke asks for it: under the map's lock for the key. */
    static <K> MemoryClaim<K> revoking(MemoryClaim<K> current, MemoryClaim<K> asking) {
        return current.statusNow() == TaskStatus.SUCCEEDED ? asking.replacing(current) : current;
    }

    private MemoryClaim<K> replacing(MemoryClaim<K> settled) {
        fence = settled.fence + 1;
        store.leave(settled);
        return this;
    }

    /** Numbers a claim that took nobody's place. */
    void numberAfter(long greatest) {
        if (fence == 0) {
            fence = greatest + 1;
        }
    }

    @Override
    public long fencingToken() {
        return fence;
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
        return state instanceof SettleWaits waits ? waits.status : TaskStatus.FAILED;
    }

    /** The status as others are told: what has reached its age is gone. */
    TaskStatus statusNow() {
        TaskStatus status = statusOf(state);
        return status.isSettled() && store.isExpired(this, status) ? TaskStatus.NOT_FOUND : status;
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
    public CompletionStage<Boolean> succeed() {
        return answer(settle(null));
    }

    @Override
    public CompletionStage<Boolean> fail(Throwable failure) {
        return answer(settle(failure));
    }

    @Override
    public CompletionStage<Boolean> renew() {
        return answer(!status().isSettled());
    }

    /** Returns one of two shared stages, which nobody can change. */
    static CompletionStage<Boolean> answer(boolean isYes) {
        return isYes ? YES : NO;
    }

    /**
     * Settles the claim, if it isn't.
     *
     * @param failure null if the task or the revoke has succeeded
     * @return true if this call did
     */
    final boolean settle(@Nullable Throwable failure) {
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
                if (now instanceof SettleWaits waits) {
                    waits.tell(recordOf(end));
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
            if (now instanceof SettleWaits waits) {
                Registration registration = waits.add(action);
                if (registration != null) {
                    return registration;
                }
            } else {
                STATE.compareAndSet(this, now, new SettleWaits(statusOf(now)));
            }
        }
    }
}
