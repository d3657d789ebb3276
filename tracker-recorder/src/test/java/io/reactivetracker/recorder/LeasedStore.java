// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.Registration;
import io.reactivetracker.test.ManualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store that grants leases by its own clock, as a store outside the process does. */
final class LeasedStore implements RecordStore<String> {

    static final Duration LEASE = Duration.ofSeconds(30);
    static final Duration INTERVAL = Duration.ofSeconds(1);

    private final ManualTimer clock;
    private final Map<String, Kept> records = new HashMap<>();
    private final Map<String, List<Consumer<? super TaskRecord>>> listeners = new HashMap<>();
    private long fence;

    int rounds;
    int renewals;
    int looks;

    /** The answer in place of a renewal, or null to renew. */
    @Nullable
    Supplier<CompletionStage<Boolean>> answerToRenew;

    /** The answer in place of a round of renewals, or null to renew each claim. */
    @Nullable
    Supplier<List<CompletionStage<Boolean>>> answerToAll;

    /** The answer in place of a look-up, or null to look up the record. */
    @Nullable
    CompletionStage<TaskRecord> answerToFind;

    LeasedStore(ManualTimer clock) {
        this.clock = clock;
    }

    private static final class Kept {
        private TaskStatus status = TaskStatus.NOT_FOUND;
        private @Nullable Throwable failure;
        private long fence;
        private long heldSince;
    }

    /** Returns the current record; a claim whose lease has expired is settled. */
    private Kept kept(String key) {
        Kept kept = records.computeIfAbsent(key, unused -> new Kept());
        if (!kept.status.isSettled() && clock.nanoTime() - kept.heldSince >= LEASE.toNanos()) {
            boolean isTask = kept.status == TaskStatus.RUNNING;
            kept.status = isTask ? TaskStatus.FAILED : TaskStatus.SUCCEEDED;
            kept.failure = isTask ? new LeaseLostException(key, kept.fence, null) : null;
        }
        return kept;
    }

    @Override
    public synchronized CompletionStage<? extends Claim> begin(String key) {
        Kept kept = kept(key);
        if (kept.status == TaskStatus.NOT_FOUND || kept.status == TaskStatus.FAILED) {
            return hold(key, kept, TaskStatus.RUNNING);
        }
        return CompletableFuture.failedFuture(new TaskAlreadyRecordedException(key, kept.status));
    }

    @Override
    public synchronized CompletionStage<? extends Claim> beginRevoke(String key) {
        Kept kept = kept(key);
        if (kept.status == TaskStatus.SUCCEEDED) {
            return hold(key, kept, TaskStatus.REVOKING);
        }
        return CompletableFuture.failedFuture(new TaskNotSucceededException(key, kept.status));
    }

    private CompletionStage<? extends Claim> hold(String key, Kept kept, TaskStatus status) {
        kept.status = status;
        kept.failure = null;
        kept.fence = ++fence;
        kept.heldSince = clock.nanoTime();
        return CompletableFuture.completedFuture(new Lease(key, kept.fence));
    }

    @Override
    public synchronized CompletionStage<TaskRecord> find(String key) {
        looks++;
        if (answerToFind != null) {
            return answerToFind;
        }
        return CompletableFuture.completedFuture(read(key));
    }

    private TaskRecord read(String key) {
        Kept kept = kept(key);
        return kept.failure == null ? TaskRecord.of(kept.status) : TaskRecord.failed(kept.failure);
    }

    @Override
    public List<? extends CompletionStage<Boolean>> renewAll(List<? extends Claim> claims) {
        rounds++;
        return answerToAll == null ? RecordStore.super.renewAll(claims) : answerToAll.get();
    }

    @Override
    public synchronized CompletionStage<List<String>> keys(TaskStatus status) {
        return CompletableFuture.completedFuture(List.copyOf(records.keySet()).stream()
                .filter(key -> kept(key).status == status)
                .toList());
    }

    @Override
    public synchronized CompletionStage<Map<TaskStatus, Long>> counts() {
        Map<TaskStatus, Long> counts = new EnumMap<>(TaskStatus.class);
        List.copyOf(records.keySet()).forEach(key -> counts.merge(kept(key).status, 1L, Long::sum));
        return CompletableFuture.completedFuture(counts);
    }

    @Override
    public synchronized CompletionStage<Boolean> forget(String key) {
        Kept kept = kept(key);
        boolean isThere = kept.status == TaskStatus.SUCCEEDED || kept.status == TaskStatus.FAILED;
        if (isThere) {
            records.remove(key);
        }
        return CompletableFuture.completedFuture(isThere);
    }

    @Override
    public synchronized Registration onSettled(String key, Consumer<? super TaskRecord> action) {
        List<Consumer<? super TaskRecord>> ofKey = listeners.computeIfAbsent(key, unused -> new ArrayList<>());
        ofKey.add(action);
        return () -> {
            synchronized (this) {
                ofKey.remove(action);
            }
        };
    }

    @Override
    public Duration pollInterval() {
        return INTERVAL;
    }

    /** Notifies the waiters, as a message from another process would. */
    void notify(String key) {
        List<Consumer<? super TaskRecord>> all;
        TaskRecord record;
        synchronized (this) {
            all = List.copyOf(listeners.getOrDefault(key, List.of()));
            record = read(key);
        }
        all.forEach(action -> action.accept(record));
    }

    /** Renews the current claim on the key, whichever owner holds it. */
    synchronized void hold(String key) {
        kept(key).heldSince = clock.nanoTime();
    }

    synchronized int listening(String key) {
        return listeners.getOrDefault(key, List.of()).size();
    }

    private final class Lease implements Claim {

        private final String key;
        private final long mine;

        Lease(String key, long mine) {
            this.key = key;
            this.mine = mine;
        }

        @Override
        public long fencingToken() {
            return mine;
        }

        @Override
        public Duration lease() {
            return LEASE;
        }

        @Override
        public CompletionStage<Boolean> succeed() {
            return settle(null, TaskStatus.SUCCEEDED, TaskStatus.NOT_FOUND);
        }

        @Override
        public CompletionStage<Boolean> fail(Throwable failure) {
            return settle(failure, TaskStatus.FAILED, TaskStatus.SUCCEEDED);
        }

        private CompletionStage<Boolean> settle(@Nullable Throwable failure, TaskStatus ofTask, TaskStatus ofRevoke) {
            synchronized (LeasedStore.this) {
                Kept kept = kept(key);
                if (kept.status.isSettled() || kept.fence != mine) {
                    return CompletableFuture.completedFuture(false);
                }
                boolean isTask = kept.status == TaskStatus.RUNNING;
                kept.status = isTask ? ofTask : ofRevoke;
                kept.failure = isTask ? failure : null;
                return CompletableFuture.completedFuture(true);
            }
        }

        @Override
        public CompletionStage<Boolean> renew() {
            synchronized (LeasedStore.this) {
                renewals++;
                if (answerToRenew != null) {
                    return answerToRenew.get();
                }
                Kept kept = kept(key);
                boolean isHeld = !kept.status.isSettled() && kept.fence == mine;
                if (isHeld) {
                    kept.heldSince = clock.nanoTime();
                }
                return CompletableFuture.completedFuture(isHeld);
            }
        }
    }
}
