// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.tuple;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class TaskTrackerMetricsTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final TaskTracker tracker = TaskTracker.create("orders");

    private static double value(MeterRegistry registry, String meter, String... tags) {
        return registry.get("task.tracker." + meter).tags(tags).gauge().value();
    }

    private double value(String meter) {
        return value(registry, meter, "tracker", "orders");
    }

    private double seconds(String meter) {
        return ((TimeGauge) registry.get("task.tracker." + meter).gauge()).value(TimeUnit.SECONDS);
    }

    /** Asserts that a meter of elapsed time lies between two readings of its source. */
    private void assertIsTimeOf(String meter, Supplier<Duration> time) {
        double before = time.get().toNanos() / 1e9;
        double read = seconds(meter);
        assertThat(read).isBetween(before, time.get().toNanos() / 1e9);
    }

    @Test
    void hasTheseMeters() {
        new TaskTrackerMetrics(tracker).bindTo(registry);
        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .extracting(Meter.Id::getName, Meter.Id::getType, Meter.Id::getBaseUnit, Meter.Id::getTags)
                .containsExactlyInAnyOrder(
                        tuple(
                                "task.tracker.active",
                                Meter.Type.GAUGE,
                                "tasks",
                                Tags.of("tracker", "orders").stream().toList()),
                        tuple(
                                "task.tracker.oldest.age",
                                Meter.Type.GAUGE,
                                "seconds",
                                Tags.of("tracker", "orders").stream().toList()),
                        tuple(
                                "task.tracker.closed",
                                Meter.Type.GAUGE,
                                null,
                                Tags.of("tracker", "orders").stream().toList()),
                        tuple(
                                "task.tracker.drain.duration",
                                Meter.Type.GAUGE,
                                "seconds",
                                Tags.of("tracker", "orders").stream().toList()));
        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().getDescription()).isNotBlank());
    }

    @Test
    void tellHowManyTasksRunAndWhetherItIsClosed() {
        new TaskTrackerMetrics(tracker).bindTo(registry);
        assertThat(value("active")).isZero();
        assertThat(value("closed")).isZero();
        TaskToken named = tracker.token("ship");
        TaskToken unnamed = tracker.token();
        assertThat(value("active")).isEqualTo(2);
        named.close();
        tracker.close();
        assertThat(value("active")).isEqualTo(1);
        assertThat(value("closed")).isEqualTo(1);
        unnamed.close();
        assertThat(value("active")).isZero();
        tracker.reopen();
        assertThat(value("closed")).isZero();
    }

    @Test
    void tellTheAgeOfTheOldestNamedTask() {
        new TaskTrackerMetrics(tracker).bindTo(registry);
        tracker.token();
        assertThat(seconds("oldest.age")).isZero();
        TaskToken first = tracker.token("first");
        TaskToken second = tracker.token("second");
        assertIsTimeOf(
                "oldest.age", () -> Objects.requireNonNull(tracker.oldestTask()).age());
        first.close();
        assertIsTimeOf(
                "oldest.age", () -> Objects.requireNonNull(tracker.oldestTask()).age());
        second.close();
        assertThat(seconds("oldest.age")).isZero();
    }

    @Test
    void tellHowLongTheDrainTakes() {
        new TaskTrackerMetrics(tracker).bindTo(registry);
        TaskToken token = tracker.token();
        assertThat(seconds("drain.duration")).isZero();
        tracker.close();
        assertIsTimeOf("drain.duration", tracker::drainTime);
        token.close();
        assertThat(seconds("drain.duration"))
                .isEqualTo(tracker.drainTime().toNanos() / 1e9)
                .isPositive();
        tracker.reopen();
        assertThat(seconds("drain.duration")).isZero();
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    // ---- trackers of the same name

    @Test
    void ofTheSameNameAreAddedUpAndNoneHidesTheOther() {
        TaskTracker other = TaskTracker.create("orders");
        new TaskTrackerMetrics(tracker).bindTo(registry);
        new TaskTrackerMetrics(other).bindTo(registry);
        tracker.token("younger").close();
        TaskToken oldest = other.token("oldest");
        tracker.token("younger");
        assertThat(registry.getMeters()).hasSize(4);
        assertThat(value("active")).isEqualTo(2);
        assertIsTimeOf(
                "oldest.age", () -> Objects.requireNonNull(other.oldestTask()).age());
        other.close();
        assertThat(value("closed")).isZero();
        assertIsTimeOf("drain.duration", other::drainTime);
        tracker.close();
        assertThat(value("closed")).isEqualTo(1);
        oldest.close();
        assertThat(value("active")).isEqualTo(1);
        assertIsTimeOf("drain.duration", () -> longer(tracker.drainTime(), other.drainTime()));
    }

    @Test
    void ofTheSameNameAreToldApartByTagsOfTheirOwn() {
        TaskTracker other = TaskTracker.create("orders");
        new TaskTrackerMetrics(tracker, Tags.of("shop", "north")).bindTo(registry);
        new TaskTrackerMetrics(other, Tags.of("shop", "south")).bindTo(registry);
        tracker.token();
        assertThat(value(registry, "active", "tracker", "orders", "shop", "north"))
                .isEqualTo(1);
        assertThat(value(registry, "active", "tracker", "orders", "shop", "south"))
                .isZero();
    }

    @Test
    void ofATrackerThatIsBoundAgainCountItOnce() {
        TaskTrackerMetrics metrics = new TaskTrackerMetrics(tracker);
        metrics.bindTo(registry);
        metrics.bindTo(registry);
        new TaskTrackerMetrics(tracker).bindTo(registry);
        tracker.token();
        assertThat(registry.getMeters()).hasSize(4);
        assertThat(value("active")).isEqualTo(1);
    }

    @Test
    void comeBackWhenBoundAgainAfterTheRegistryWasCleared() {
        TaskTrackerMetrics metrics = new TaskTrackerMetrics(tracker);
        metrics.bindTo(registry);
        registry.clear();
        metrics.bindTo(registry);
        tracker.token();
        assertThat(registry.getMeters()).hasSize(4);
        assertThat(value("active")).isEqualTo(1);
    }

    @Test
    void areTheSameInEachRegistry() {
        MeterRegistry another = new SimpleMeterRegistry();
        MeterRegistry third = new SimpleMeterRegistry();
        CompositeMeterRegistry composite = new CompositeMeterRegistry();
        composite.add(third);
        TaskTrackerMetrics metrics = new TaskTrackerMetrics(tracker);
        metrics.bindTo(registry);
        metrics.bindTo(another);
        metrics.bindTo(composite);
        tracker.token();
        assertThat(value("active")).isEqualTo(1);
        assertThat(value(another, "active")).isEqualTo(1);
        assertThat(value(third, "active")).isEqualTo(1);
    }

    // ---- garbage

    @Test
    void doNotKeepTheTrackerAliveAndShowNoTasksWhenItIsGone() {
        WeakReference<TaskTracker> gone = bindOneThatIsThrownAway("gone");
        Garbage.awaitThatOf(gone);
        assertThat(value(registry, "active", "tracker", "gone")).isZero();
        assertThat(value(registry, "oldest.age", "tracker", "gone")).isZero();
        assertThat(value(registry, "drain.duration", "tracker", "gone")).isZero();
        assertThat(value(registry, "closed", "tracker", "gone")).isEqualTo(1);
    }

    private WeakReference<TaskTracker> bindOneThatIsThrownAway(String name) {
        TaskTracker thrownAway = TaskTracker.create(name);
        new TaskTrackerMetrics(thrownAway).bindTo(registry);
        thrownAway.token("ship");
        assertThat(value(registry, "active", "tracker", name)).isEqualTo(1);
        return new WeakReference<>(thrownAway);
    }

    @Test
    void ofATrackerWithTasksAreThereAsLongAsTheyRun() {
        TaskToken running = bindOneOfWhichATaskRuns();
        WeakReference<Object> other = new WeakReference<>(new Object());
        Garbage.awaitThatOf(other);
        assertThat(value(registry, "active", "tracker", "busy")).isEqualTo(1);
        running.close();
        assertThat(value(registry, "active", "tracker", "busy")).isZero();
    }

    private TaskToken bindOneOfWhichATaskRuns() {
        TaskTracker busy = TaskTracker.create("busy");
        new TaskTrackerMetrics(busy).bindTo(registry);
        return busy.token("ship");
    }

    @Test
    void doNotKeepTheRegistryAlive() {
        Garbage.awaitThatOf(registryThatIsThrownAway());
        assertThat(tracker.isEmpty()).isTrue();
    }

    private WeakReference<MeterRegistry> registryThatIsThrownAway() {
        MeterRegistry thrownAway = new SimpleMeterRegistry();
        new TaskTrackerMetrics(tracker).bindTo(thrownAway);
        return new WeakReference<>(thrownAway);
    }

    @Test
    @SuppressWarnings("NullAway")
    void areNotMadeOfNothing() {
        assertThatNullPointerException()
                .isThrownBy(() -> new TaskTrackerMetrics(null))
                .withMessage("tracker must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> new TaskTrackerMetrics(tracker, null))
                .withMessage("tags must not be null");
    }
}
