// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import static io.reactivetracker.recorder.RecordOptions.orJoin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.reactivetracker.recorder.TaskRecorder;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // the outcome of the work is checked elsewhere
class TaskRecorderMetricsTest {

    private static final String KEY = "payment-17";

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final TaskRecorder<String> recorder = TaskRecorder.create();

    private static CompletableFuture<String> done() {
        return CompletableFuture.completedFuture("receipt");
    }

    private static double count(MeterRegistry registry, String meter, String... tags) {
        return registry.get("task.recorder." + meter)
                .tags(tags)
                .functionCounter()
                .count();
    }

    private double active() {
        return registry.get("task.recorder.active").gauge().value();
    }

    @Test
    void showWhatTheRecorderDoesAndNeverItsKeys() {
        new TaskRecorderMetrics(recorder, "payments").bindTo(registry);
        CompletableFuture<String> receipt = new CompletableFuture<>();
        recorder.record(KEY, context -> receipt);
        recorder.record(KEY, context -> done());
        recorder.record(KEY, orJoin(), context -> done());
        assertThat(active()).isEqualTo(1);
        receipt.complete("receipt");
        recorder.revoke(KEY, context -> done());
        recorder.record(KEY, context -> CompletableFuture.failedFuture(new IllegalStateException("declined")));

        Map<String, Double> counters = new TreeMap<>();
        registry.getMeters().forEach(meter -> {
            String outcome = meter.getId().getTag("outcome");
            String name = meter.getId().getName() + (outcome == null ? "" : " " + outcome);
            counters.put(name, meter.measure().iterator().next().getValue());
            assertThat(meter.getId().getTag("recorder")).isEqualTo("payments");
            assertThat(meter.getId().getDescription()).isNotBlank();
            assertThat(meter.getId().toString()).doesNotContain(KEY);
        });
        assertThat(counters)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "task.recorder.active", 0.0,
                        "task.recorder.begun", 3.0,
                        "task.recorder.ended succeeded", 1.0,
                        "task.recorder.ended revoked", 1.0,
                        "task.recorder.ended failed", 1.0,
                        "task.recorder.ended lease_lost", 0.0,
                        "task.recorder.ended not_recorded", 0.0,
                        "task.recorder.refused", 1.0,
                        "task.recorder.joined", 1.0,
                        "task.recorder.store.failures", 0.0));
    }

    @Test
    void recordersOfTheSameNameAreAddedUpAndEachCountsOnce() {
        TaskRecorder<Integer> other = TaskRecorder.create();
        new TaskRecorderMetrics(recorder, "payments").bindTo(registry);
        new TaskRecorderMetrics(other, "payments").bindTo(registry);
        new TaskRecorderMetrics(other, "payments").bindTo(registry);
        new TaskRecorderMetrics(other, "payments", Tags.of("shop", "north")).bindTo(registry);
        recorder.record(KEY, context -> done());
        other.record(17, context -> done());
        assertThat(registry.find("task.recorder.begun").functionCounters()).hasSize(2);
        assertThat(registry.find("task.recorder.begun").functionCounters())
                .filteredOn(counter -> counter.getId().getTag("shop") == null)
                .singleElement()
                .satisfies(counter -> assertThat(counter.count()).isEqualTo(2));
        assertThat(count(registry, "begun", "shop", "north")).isEqualTo(1);
    }

    @Test
    void theCountersOfARecorderThatIsGarbageRemain() {
        WeakReference<?> garbage = bindAndDrop();
        assertThat(count(registry, "begun")).isEqualTo(2);
        assertThat(active()).isEqualTo(1);
        Garbage.awaitThatOf(garbage);
        assertThat(count(registry, "begun")).isEqualTo(2);
        assertThat(active()).isZero();
        new TaskRecorderMetrics(recorder, "payments").bindTo(registry);
        recorder.record(KEY, context -> done());
        assertThat(count(registry, "begun")).isEqualTo(3);
        assertThat(active()).isZero();
    }

    private WeakReference<?> bindAndDrop() {
        TaskRecorder<String> dropped = TaskRecorder.create();
        new TaskRecorderMetrics(dropped, "payments").bindTo(registry);
        dropped.record(KEY, context -> done());
        dropped.record("payment-18", context -> new CompletableFuture<>());
        return new WeakReference<>(dropped);
    }

    @Test
    @SuppressWarnings("NullAway") // the errors of wrong calls
    void refuseWhatIsMissing() {
        assertThatNullPointerException()
                .isThrownBy(() -> new TaskRecorderMetrics(null, "payments"))
                .withMessage("recorder must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> new TaskRecorderMetrics(recorder, null))
                .withMessage("name must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> new TaskRecorderMetrics(recorder, "payments", null))
                .withMessage("tags must not be null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TaskRecorderMetrics(recorder, " "))
                .withMessageStartingWith("name must not be blank");
    }
}
