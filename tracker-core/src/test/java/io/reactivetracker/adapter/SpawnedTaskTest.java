// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the handles of all adapters have in common; the adapters' own tests cover the rest. */
class SpawnedTaskTest {

    private static final TaskOptions SHIP = TaskOptions.named("ship");

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = TaskGroup.builder("orders").build();

    @Test
    void isNotCountedIfThereIsNoMemoryToStartIt() {
        OutOfMemoryError full = new OutOfMemoryError("full");
        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> SpawnedTask.spawn(tracker, SHIP, token -> {
                    assertThat(tracker.size()).isOne();
                    throw full;
                }))
                .isSameAs(full);
        assertThat(tracker.size()).isZero();
        assertThat(tracker.runningTasks()).isEmpty();
    }

    @Test
    void hasFailedInItsGroupIfThereIsNoMemoryToStartIt() {
        OutOfMemoryError full = new OutOfMemoryError("full");
        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> SpawnedTask.spawn(group, SHIP, (GroupTask task) -> {
                    assertThat(group.counts().issued()).isOne();
                    throw full;
                }))
                .isSameAs(full);
        assertThat(group.counts().failed()).isOne();
        group.close();
        assertThat(group.drained().isDone()).isTrue();
    }

    @Test
    void isRefusedBeforeItStarts() {
        tracker.close();
        group.close();
        List<Object> started = new ArrayList<>();
        assertThatExceptionOfType(TrackerClosedException.class)
                .isThrownBy(() -> SpawnedTask.spawn(tracker, SHIP.and(TaskOptions.strict()), started::add));
        assertThatExceptionOfType(GroupClosedException.class)
                .isThrownBy(() -> SpawnedTask.spawn(group, SHIP, started::add));
        assertThat(started).isEmpty();
    }

    @Test
    void tellsItsOutcomeBeforeItIsCountedAsEnded() {
        Spawned task = SpawnedTask.spawn(tracker, SHIP, Spawned::new);
        task.onNext("shipped");
        task.onComplete();
        assertThat(task.events).containsExactly("result shipped, tasks 1", "ended, tasks 0");
        assertThat(tracker.size()).isZero();
        assertThat(task).hasToString("TaskHandle[ship #" + task.id() + ", finished]");
    }

    @Test
    void isCountedAsEndedIfTheDeliveryOfItsOutcomeThrows() {
        Spawned task = SpawnedTask.spawn(tracker, SHIP, Spawned::new);
        task.thrown = new IllegalStateException("a waiter threw");
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(task::onComplete);
        assertThat(task.isFinished()).isTrue();
        assertThat(tracker.size()).isZero();
    }

    @Test
    void dropsAnErrorThatNobodyWaitsFor() {
        IllegalStateException failure = new IllegalStateException("no ship");
        Spawned awaited = SpawnedTask.spawn(tracker, SHIP, Spawned::new);
        awaited.isAwaited = true;
        awaited.onError(failure);
        Spawned alone = SpawnedTask.spawn(tracker, SHIP, Spawned::new);
        alone.onError(failure);
        Spawned aborted = SpawnedTask.spawn(tracker, SHIP, Spawned::new);
        assertThat(aborted.abort()).as("no upstream was cut off").isFalse();
        aborted.onError(failure);
        assertThat(awaited.events).containsExactly("error no ship, tasks 1", "ended, tasks 0");
        assertThat(alone.events)
                .containsExactly("error no ship, tasks 1", "dropped no ship, tasks 1", "ended, tasks 0");
        assertThat(aborted.events).containsExactly("error no ship, tasks 1", "ended, tasks 0");
    }

    private final class Spawned extends SpawnedTask<String> {

        private final List<String> events = new ArrayList<>();
        private boolean isAwaited;
        private @Nullable RuntimeException thrown;

        Spawned(TaskToken token) {
            super(token);
        }

        private void record(String event) {
            events.add(event + ", tasks " + tracker.size());
            if (thrown != null) {
                throw thrown;
            }
        }

        @Override
        protected void emitResult(@Nullable String result) {
            record("result " + result);
        }

        @Override
        protected boolean emitError(Throwable error) {
            record("error " + error.getMessage());
            return isAwaited;
        }

        @Override
        protected void emitEnded() {
            events.add("ended, tasks " + tracker.size());
        }

        @Override
        protected void drop(Throwable error) {
            record("dropped " + error.getMessage());
        }
    }
}
