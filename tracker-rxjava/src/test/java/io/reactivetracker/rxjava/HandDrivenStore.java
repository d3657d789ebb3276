// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.Registration;
import io.reactivetracker.recorder.LeaseLostException;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.RecordedFailureException;
import io.reactivetracker.recorder.TaskRecord;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store in memory whose steps answer when a test says so, fail when it says so, and which gives leases if wished. */
final class HandDrivenStore implements RecordStore<String> {

    /** What can be held back or fail. */
    enum Step {
        BEGIN,
        SETTLE
    }

    private final RecordStore<String> records = RecordStore.inMemory();
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final Map<Step, Runnable> meanwhile = Collections.synchronizedMap(new EnumMap<>(Step.class));
    private final Map<Step, RuntimeException> failures = Collections.synchronizedMap(new EnumMap<>(Step.class));
    private final @Nullable Duration lease;

    private volatile @Nullable Step held;
    private volatile @Nullable HandDrivenClaim lastClaim;

    /** How many wait for an end, and have not been unlinked. */
    final AtomicInteger waits = new AtomicInteger();

    /** Each settling that the store was asked for: null for a success. */
    final List<@Nullable Throwable> settlings = Collections.synchronizedList(new ArrayList<>());

    HandDrivenStore(@Nullable Duration lease) {
        this.lease = lease;
    }

    /** A recorder whose work and outcomes are in the threads of this store and of its caller. */
    static TaskRecorder<String> recorder(RecordStore<String> store) {
        return TaskRecorder.builder(store).executor(Runnable::run).build();
    }

    /** That this is what the store keeps of the failure: its type and its message. */
    static void assertKept(@Nullable Throwable kept, Throwable failure) {
        assertThat(kept).isInstanceOfSatisfying(RecordedFailureException.class, recorded -> {
            assertThat(recorded.failureType()).isEqualTo(failure.getClass().getName());
            assertThat(recorded.failureMessage()).isEqualTo(failure.getMessage());
        });
    }

    void hold(Step step) {
        held = step;
    }

    void release() {
        held = null;
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
            next.run();
        }
    }

    void fail(Step step, RuntimeException failure) {
        failures.put(step, failure);
    }

    /** What happens elsewhere while this step is answered the next time: after it is done, and before anybody knows. */
    void during(Step step, Runnable action) {
        meanwhile.put(step, action);
    }

    /** The lease of the last claim runs out, and nobody knows yet. */
    void loseLease() {
        HandDrivenClaim claim = lastClaim;
        if (claim != null) {
            claim.lose();
        }
    }

    private <V> CompletionStage<V> step(Step step, Supplier<? extends CompletionStage<? extends V>> body) {
        CompletableFuture<V> answer = new CompletableFuture<>();
        Runnable run = () -> {
            RuntimeException failure = failures.get(step);
            if (failure != null) {
                answer.completeExceptionally(failure);
                return;
            }
            var unused = body.get().whenComplete((value, failed) -> {
                if (failed == null) {
                    answer.complete(value);
                } else {
                    answer.completeExceptionally(failed);
                }
            });
        };
        if (held == step) {
            waiting.add(run);
        } else {
            run.run();
        }
        Runnable elsewhere = meanwhile.remove(step);
        if (elsewhere != null) {
            elsewhere.run();
        }
        return answer;
    }

    @Override
    public CompletionStage<? extends Claim> begin(String key) {
        return step(Step.BEGIN, () -> records.begin(key).thenApply(claim -> claim(key, claim)));
    }

    @Override
    public CompletionStage<? extends Claim> beginRevoke(String key) {
        return step(Step.BEGIN, () -> records.beginRevoke(key).thenApply(claim -> claim(key, claim)));
    }

    private Claim claim(String key, Claim inner) {
        HandDrivenClaim claim = new HandDrivenClaim(key, inner);
        lastClaim = claim;
        return claim;
    }

    @Override
    public CompletionStage<TaskRecord> find(String key) {
        return records.find(key);
    }

    @Override
    public CompletionStage<List<String>> keys(TaskStatus status) {
        return records.keys(status);
    }

    @Override
    public CompletionStage<Map<TaskStatus, Long>> counts() {
        return records.counts();
    }

    @Override
    public CompletionStage<Boolean> forget(String key) {
        return records.forget(key);
    }

    @Override
    public Registration onSettled(String key, Consumer<? super TaskRecord> action) {
        Registration registration = records.onSettled(key, action);
        waits.incrementAndGet();
        return () -> {
            waits.decrementAndGet();
            registration.close();
        };
    }

    private final class HandDrivenClaim implements Claim {

        private final String key;
        private final Claim inner;
        private volatile boolean isLost;

        HandDrivenClaim(String key, Claim inner) {
            this.key = key;
            this.inner = inner;
        }

        void lose() {
            isLost = true;
            var unused = inner.fail(new LeaseLostException(key, fencingToken(), null));
        }

        @Override
        public long fencingToken() {
            return inner.fencingToken();
        }

        @Override
        public @Nullable Duration lease() {
            return lease;
        }

        @Override
        public CompletionStage<Boolean> succeed() {
            settlings.add(null);
            return step(Step.SETTLE, inner::succeed);
        }

        @Override
        public CompletionStage<Boolean> fail(Throwable failure) {
            settlings.add(failure);
            return step(Step.SETTLE, () -> inner.fail(failure));
        }

        @Override
        public CompletionStage<Boolean> renew() {
            // A store that takes no end renews nothing either.
            RuntimeException failure = failures.get(Step.SETTLE);
            return failure == null
                    ? CompletableFuture.completedFuture(!isLost)
                    : CompletableFuture.failedFuture(failure);
        }
    }
}
