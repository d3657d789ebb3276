// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.tuple;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskWatchdog;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskGroupMetricsTest {

    private static final int MANY = 100_000;

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final TaskGroup orders = TaskGroup.builder("orders").build();

    private double gauge(String meter, String group) {
        return registry.get("task.group." + meter).tag("group", group).gauge().value();
    }

    private double issued(String group) {
        return counter("issued", group);
    }

    private double counter(String meter, String group) {
        return registry.get("task.group." + meter)
                .tag("group", group)
                .functionCounter()
                .count();
    }

    private double ended(String outcome, String group) {
        return registry.get("task.group.ended")
                .tags("group", group, "outcome", outcome)
                .functionCounter()
                .count();
    }

    private long issuedByAll() {
        return registry.find("task.group.issued").functionCounters().stream()
                .mapToLong(counter -> (long) counter.count())
                .sum();
    }

    private long endedByAll() {
        return registry.find("task.group.ended").functionCounters().stream()
                .mapToLong(counter -> (long) counter.count())
                .sum();
    }

    private Set<String> paths() {
        return registry.getMeters().stream()
                .map(meter -> Objects.requireNonNull(meter.getId().getTag("group")))
                .collect(Collectors.toSet());
    }

    private void assertIsTimeOf(String meter, String group, Supplier<Duration> time) {
        double before = time.get().toNanos() / 1e9;
        double read = ((TimeGauge)
                        registry.get("task.group." + meter).tag("group", group).gauge())
                .value(TimeUnit.SECONDS);
        assertThat(read).isBetween(before, time.get().toNanos() / 1e9);
    }

    @Test
    void hasTheseMeters() {
        new TaskGroupMetrics(orders).bindTo(registry);
        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .extracting(Meter.Id::getName, Meter.Id::getType, Meter.Id::getBaseUnit, id -> id.getTag("outcome"))
                .containsExactlyInAnyOrder(
                        tuple("task.group.active", Meter.Type.GAUGE, "tasks", null),
                        tuple("task.group.queued", Meter.Type.GAUGE, "tasks", null),
                        tuple("task.group.issued", Meter.Type.COUNTER, "tasks", null),
                        tuple("task.group.ended", Meter.Type.COUNTER, "tasks", "succeeded"),
                        tuple("task.group.ended", Meter.Type.COUNTER, "tasks", "failed"),
                        tuple("task.group.ended", Meter.Type.COUNTER, "tasks", "cancelled"),
                        tuple("task.group.ended", Meter.Type.COUNTER, "tasks", "timed_out"),
                        tuple("task.group.ended", Meter.Type.COUNTER, "tasks", "rejected"),
                        tuple("task.group.overdue", Meter.Type.COUNTER, "tasks", null),
                        tuple("task.group.oldest.age", Meter.Type.GAUGE, "seconds", null),
                        tuple("task.group.closed", Meter.Type.GAUGE, null, null),
                        tuple("task.group.drain.duration", Meter.Type.GAUGE, "seconds", null));
        assertThat(registry.getMeters()).allSatisfy(meter -> {
            assertThat(meter.getId().getDescription()).isNotBlank();
            assertThat(meter.getId().getTag("group")).isEqualTo("orders");
        });
    }

    @Test
    void countTheTasksThatAWatchdogHasReported() throws InterruptedException {
        TaskGroup mails = orders.child("mails");
        new TaskGroupMetrics(orders).bindTo(registry);
        HeldTask first = HeldTask.in(mails, "first");
        HeldTask second = HeldTask.in(mails, "second");
        CountDownLatch reported = new CountDownLatch(2);
        try (TaskWatchdog watchdog = TaskWatchdog.start(orders, Duration.ofMillis(1), task -> reported.countDown())) {
            reported.await();
            assertThat(watchdog).isNotNull();
        }
        assertThat(counter("overdue", "orders/mails")).isEqualTo(2);
        assertThat(counter("overdue", "orders")).isZero();
        first.succeed();
        second.succeed();
        assertThat(mails.closeAndDrain().isDone()).isTrue();
        assertThat(counter("overdue", "orders/mails"))
                .as("of a group that is gone")
                .isEqualTo(2);
    }

    @Test
    void tellWhatBecomesOfItsTasks() {
        TaskGroup limited = TaskGroup.builder("limited")
                .admission(Admission.concurrency(1, 1))
                .executor(Runnable::run)
                .build();
        new TaskGroupMetrics(limited).bindTo(registry);
        HeldTask first = HeldTask.in(limited, "first");
        HeldTask second = HeldTask.in(limited, "second");
        HeldTask rejected = HeldTask.in(limited, "rejected");
        assertThat(rejected.outcome()).isCompletedExceptionally();
        assertThat(issued("limited")).isEqualTo(3);
        assertThat(gauge("active", "limited")).isEqualTo(1);
        assertThat(gauge("queued", "limited")).isEqualTo(1);
        assertThat(ended("rejected", "limited")).isEqualTo(1);
        first.succeed();
        assertThat(ended("succeeded", "limited")).isEqualTo(1);
        assertThat(gauge("queued", "limited")).isZero();
        second.fail(new IOException("no ship"));
        assertThat(ended("failed", "limited")).isEqualTo(1);
        HeldTask running = HeldTask.in(limited, "running");
        HeldTask cancelled = HeldTask.in(limited, "cancelled");
        cancelled.outcome().cancel(true);
        assertThat(ended("cancelled", "limited")).isEqualTo(1);
        running.succeed();
        assertThat(issued("limited")).isEqualTo(5);
        assertThat(endedByAll()).isEqualTo(5);
        assertThat(gauge("active", "limited")).isZero();
    }

    @Test
    void tellTheAgeOfItsOldestTaskWhetherItIsClosedAndHowLongItsDrainTakes() {
        new TaskGroupMetrics(orders).bindTo(registry);
        assertThat(gauge("oldest.age", "orders")).isZero();
        HeldTask first = HeldTask.in(orders, "first");
        HeldTask second = HeldTask.in(orders, "second");
        assertIsTimeOf(
                "oldest.age",
                "orders",
                () -> Objects.requireNonNull(orders.oldestTask()).age());
        first.succeed();
        assertIsTimeOf(
                "oldest.age",
                "orders",
                () -> Objects.requireNonNull(orders.oldestTask()).age());
        assertThat(gauge("closed", "orders")).isZero();
        assertThat(gauge("drain.duration", "orders")).isZero();
        orders.close();
        assertThat(gauge("closed", "orders")).isEqualTo(1);
        assertIsTimeOf("drain.duration", "orders", orders::drainTime);
        second.succeed();
        assertThat(gauge("oldest.age", "orders")).isZero();
        assertThat(gauge("closed", "orders")).isEqualTo(1);
        // The value stays after the drain.
        assertIsTimeOf("drain.duration", "orders", orders::drainTime);
        assertThat(gauge("drain.duration", "orders")).isPositive();
    }

    // ---- a tree

    @Test
    void areOfTheGroupsOwnTasksSoThatTheirSumIsThatOfTheTree() {
        TaskGroup mails = orders.child("mails");
        new TaskGroupMetrics(orders).bindTo(registry);
        TaskGroup welcome = mails.child("welcome");
        HeldTask.in(orders, "ship").succeed();
        HeldTask.in(mails, "mail");
        HeldTask.in(welcome, "welcome").fail(new IOException("no mail"));
        assertThat(paths()).containsExactlyInAnyOrder("orders", "orders/mails", "orders/mails/welcome");
        assertThat(issued("orders")).isEqualTo(1);
        assertThat(issued("orders/mails")).isEqualTo(1);
        assertThat(issued("orders/mails/welcome")).isEqualTo(1);
        assertThat(ended("succeeded", "orders")).isEqualTo(1);
        assertThat(gauge("active", "orders/mails")).isEqualTo(1);
        assertThat(gauge("active", "orders")).isZero();
        assertThat(ended("failed", "orders/mails/welcome")).isEqualTo(1);
        assertThat(issuedByAll()).isEqualTo(orders.counts().issued());
        assertThat(endedByAll()).isEqualTo(orders.counts().ended());
    }

    @Test
    void ofAChildThatEndsGoOnToTellWhatItHadCountedAndItsParentsDoNotJump() {
        new TaskGroupMetrics(orders).bindTo(registry);
        TaskGroup mails = orders.child("mails");
        HeldTask task = HeldTask.in(mails, "mail");
        mails.close();
        task.succeed();
        assertThat(orders.children()).isEmpty();
        assertThat(ended("succeeded", "orders/mails")).isEqualTo(1);
        assertThat(gauge("closed", "orders/mails")).isEqualTo(1);
        assertThat(gauge("drain.duration", "orders/mails"))
                .isPositive()
                .isEqualTo(mails.drainTime().toNanos() / 1e9);
        assertThat(ended("succeeded", "orders")).isZero();
        assertThat(endedByAll()).isEqualTo(orders.counts().ended());
    }

    @Test
    void ofGroupsOfOnePathAreAddedUpAtTheSameTimeOrOneAfterTheOther() {
        new TaskGroupMetrics(orders).bindTo(registry);
        for (int i = 0; i < 3; i++) {
            TaskGroup mails = orders.child("mails");
            TaskGroup beside = orders.child("mails");
            HeldTask task = HeldTask.in(mails, "mail");
            HeldTask.in(beside, "mail").succeed();
            assertThat(gauge("active", "orders/mails")).isEqualTo(1);
            mails.close();
            assertThat(gauge("closed", "orders/mails")).isZero();
            assertIsTimeOf("drain.duration", "orders/mails", mails::drainTime);
            beside.close();
            assertThat(gauge("closed", "orders/mails")).isEqualTo(1);
            task.succeed();
            assertThat(ended("succeeded", "orders/mails")).isEqualTo(2 * i + 2);
            assertThat(issued("orders/mails")).isEqualTo(2 * i + 2);
        }
        assertThat(paths()).containsExactlyInAnyOrder("orders", "orders/mails");
    }

    @Test
    void ofTwoTreesOfOneNameAreAddedUpOrToldApartByTagsOfTheirOwn() {
        TaskGroup other = TaskGroup.builder("orders").build();
        new TaskGroupMetrics(orders).bindTo(registry);
        new TaskGroupMetrics(other).bindTo(registry);
        new TaskGroupMetrics(orders, Tags.of("shop", "north")).bindTo(registry);
        new TaskGroupMetrics(other, Tags.of("shop", "south")).bindTo(registry);
        HeldTask.in(orders, "ship");
        HeldTask.in(other.child("mails"), "mail");
        HeldTask.in(orders.child("mails"), "mail");
        HeldTask.in(other, "ship").succeed();
        assertThat(registry.get("task.group.active").tags(Tags.of("group", "orders")).gauges().stream()
                        .filter(gauge -> gauge.getId().getTag("shop") == null)
                        .findFirst()
                        .orElseThrow()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get("task.group.issued").functionCounters().stream()
                        .filter(counter -> counter.getId().getTag("shop") == null)
                        .mapToDouble(FunctionCounter::count)
                        .sum())
                .isEqualTo(4);
        assertThat(registry.get("task.group.issued")
                        .tags("group", "orders", "shop", "south")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("task.group.issued")
                        .tags("group", "orders/mails", "shop", "north")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void ofAGroupBelowTheRootHaveItsWholePath() {
        TaskGroup welcome = orders.child("mails").child("welcome");
        new TaskGroupMetrics(welcome).bindTo(registry);
        welcome.child("again");
        assertThat(paths()).containsExactlyInAnyOrder("orders/mails/welcome", "orders/mails/welcome/again");
    }

    @Test
    void ofAGroupThatIsBoundAgainByItselfOrWithOneAboveItCountItOnce() {
        TaskGroup mails = orders.child("mails");
        TaskGroupMetrics metrics = new TaskGroupMetrics(orders);
        new TaskGroupMetrics(mails).bindTo(registry);
        metrics.bindTo(registry);
        metrics.bindTo(registry);
        new TaskGroupMetrics(orders).bindTo(registry);
        new TaskGroupMetrics(mails).bindTo(registry);
        HeldTask.in(orders, "ship");
        HeldTask.in(mails, "mail");
        HeldTask.in(mails.child("welcome"), "welcome");
        assertThat(issued("orders")).isEqualTo(1);
        assertThat(issued("orders/mails")).isEqualTo(1);
        assertThat(issued("orders/mails/welcome")).isEqualTo(1);
        assertThat(issuedByAll()).isEqualTo(3);
    }

    @Test
    void ofAGroupThatIsBoundAgainWhenItHasEndedCountItOnce() {
        TaskGroupMetrics metrics = new TaskGroupMetrics(orders);
        metrics.bindTo(registry);
        HeldTask.in(orders, "ship").succeed();
        orders.close();
        metrics.bindTo(registry);
        assertThat(ended("succeeded", "orders")).isEqualTo(1);
    }

    @Test
    void ofAGroupThatHasEndedBeforeItIsBoundTellWhatItHadCounted() {
        HeldTask.in(orders, "ship").succeed();
        orders.close();
        new TaskGroupMetrics(orders).bindTo(registry);
        assertThat(ended("succeeded", "orders")).isEqualTo(1);
        assertThat(gauge("closed", "orders")).isEqualTo(1);
    }

    @Test
    void areTheSameInEachRegistry() {
        MeterRegistry another = new SimpleMeterRegistry();
        TaskGroupMetrics metrics = new TaskGroupMetrics(orders);
        metrics.bindTo(registry);
        metrics.bindTo(another);
        HeldTask.in(orders.child("mails"), "mail");
        assertThat(issued("orders/mails")).isEqualTo(1);
        assertThat(another.get("task.group.issued")
                        .tag("group", "orders/mails")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void comeBackWhenBoundAgainAfterTheRegistryWasCleared() {
        TaskGroupMetrics metrics = new TaskGroupMetrics(orders);
        metrics.bindTo(registry);
        TaskGroup mails = orders.child("mails");
        registry.clear();
        metrics.bindTo(registry);
        HeldTask.in(mails, "mail");
        assertThat(paths()).containsExactlyInAnyOrder("orders", "orders/mails");
        assertThat(issued("orders/mails")).isEqualTo(1);
    }

    @Test
    void neverGoDownAndNeverCountTwiceWhileChildrenComeAndEnd() throws Exception {
        new TaskGroupMetrics(orders).bindTo(registry);
        int rounds = 3_000;
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> working = new ArrayList<>();
            for (int thread = 0; thread < 2; thread++) {
                working.add(threads.submit(() -> {
                    for (int round = 0; round < rounds; round++) {
                        TaskGroup mails = orders.child("mails");
                        HeldTask.in(mails, "mail").succeed();
                        mails.close();
                    }
                }));
            }
            long before = 0;
            while (!working.stream().allMatch(Future::isDone)) {
                // Read in this order: a task is issued before it ends.
                long ended = endedByAll();
                assertThat(ended).isBetween(before, issuedByAll());
                before = ended;
            }
            for (Future<?> done : working) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(ended("succeeded", "orders/mails")).isEqualTo(2 * rounds);
        assertThat(issuedByAll()).isEqualTo(2L * rounds);
    }

    // ---- many groups

    @Test
    void showSoManyPathsAtMostAndCountFurtherGroupsWithTheirParent() {
        new TaskGroupMetrics(orders, Tags.empty(), 3).bindTo(registry);
        TaskGroup mails = orders.child("mails");
        orders.child("bills");
        TaskGroup tooMany = orders.child("order-17");
        HeldTask.in(tooMany, "ship");
        HeldTask.in(tooMany.child("mails"), "mail");
        HeldTask.in(mails.child("welcome"), "welcome");
        HeldTask.in(orders.child("mails"), "mail");
        assertThat(paths()).containsExactlyInAnyOrder("orders", "orders/mails", "orders/bills");
        assertThat(issued("orders")).isEqualTo(2);
        assertThat(issued("orders/mails")).isEqualTo(2);
        assertThat(issued("orders/bills")).isZero();
        assertThat(issuedByAll()).isEqualTo(orders.counts().issued());
    }

    @Test
    void showAHundredPathsUnlessToldOtherwise() {
        new TaskGroupMetrics(orders).bindTo(registry);
        for (int i = 0; i < 150; i++) {
            HeldTask.in(orders.child("order-" + i), "ship");
        }
        assertThat(paths()).hasSize(100).contains("orders", "orders/order-98").doesNotContain("orders/order-99");
        assertThat(issued("orders")).isEqualTo(51);
        assertThat(issuedByAll()).isEqualTo(150);
    }

    @Test
    void showAGroupThatIsBoundItselfHoweverManyOthersThereAre() {
        new TaskGroupMetrics(orders, Tags.empty(), 1).bindTo(registry);
        TaskGroup bills = TaskGroup.builder("bills").build();
        new TaskGroupMetrics(bills, Tags.empty(), 1).bindTo(registry);
        bills.child("paid");
        assertThat(paths()).containsExactlyInAnyOrder("orders", "bills");
    }

    @Test
    void ofATreeDeeperThanAnyStackAreBoundAllTheSame() {
        List<TaskGroup> groups = new ArrayList<>(List.of(orders));
        for (int depth = 0; depth < MANY; depth++) {
            groups.add(groups.get(depth).child("below"));
        }
        HeldTask.in(groups.get(MANY), "deep");
        new TaskGroupMetrics(orders).bindTo(registry);
        assertThat(issuedByAll()).isEqualTo(1);
        assertThat(paths()).hasSize(100);
    }

    @Test
    void ofManyShortLivedChildrenLeaveNothingBehindButTheirNumbers() {
        new TaskGroupMetrics(orders).bindTo(registry);
        for (int i = 0; i < 10_000; i++) {
            TaskGroup mails = orders.child("mails");
            HeldTask.in(mails, "mail").succeed();
            mails.close();
        }
        assertThat(registry.getMeters()).hasSize(24);
        assertThat(ended("succeeded", "orders/mails")).isEqualTo(10_000);
        assertThat(new WeakReference<>(orders).get()).isNotNull();
    }

    // ---- garbage

    @Test
    void keepNoGroupAliveAndGoOnToTellWhatItHadCounted() {
        WeakReference<TaskGroup> gone = bindOneThatIsThrownAway("gone");
        Garbage.awaitThatOf(gone);
        assertThat(gauge("active", "gone")).isZero();
        assertThat(gauge("oldest.age", "gone")).isZero();
        assertThat(gauge("closed", "gone")).isEqualTo(1);
        assertThat(issued("gone")).isEqualTo(2);
        assertThat(ended("succeeded", "gone")).isEqualTo(1);
        Garbage.awaitThatOf(bindOneThatIsThrownAway("gone"));
        assertThat(issued("gone")).isEqualTo(4);
        assertThat(ended("succeeded", "gone")).isEqualTo(2);
    }

    private WeakReference<TaskGroup> bindOneThatIsThrownAway(String name) {
        TaskGroup thrownAway = TaskGroup.builder(name).build();
        new TaskGroupMetrics(thrownAway).bindTo(registry);
        HeldTask.in(thrownAway, "done").succeed();
        HeldTask.in(thrownAway, "lost");
        assertThat(gauge("active", name)).isEqualTo(1);
        // As a registry does at each scrape.
        assertThat(issuedByAll()).isPositive();
        return new WeakReference<>(thrownAway);
    }

    @Test
    void keepNoGroupAliveThatHasEnded() {
        new TaskGroupMetrics(orders).bindTo(registry);
        Garbage.awaitThatOf(endedChild());
        assertThat(ended("succeeded", "orders/mails")).isEqualTo(1);
    }

    private WeakReference<TaskGroup> endedChild() {
        TaskGroup mails = orders.child("mails");
        HeldTask.in(mails, "mail").succeed();
        mails.close();
        return new WeakReference<>(mails);
    }

    @Test
    void doNotKeepTheRegistryAliveAsLongAsTheGroup() {
        Garbage.awaitThatOf(registryThatIsThrownAway());
        TaskGroup mails = orders.child("mails");
        HeldTask.in(mails, "mail").succeed();
        assertThat(orders.counts().succeeded()).isEqualTo(1);
    }

    private WeakReference<MeterRegistry> registryThatIsThrownAway() {
        MeterRegistry thrownAway = new SimpleMeterRegistry();
        new TaskGroupMetrics(orders).bindTo(thrownAway);
        return new WeakReference<>(thrownAway);
    }

    // ---- bad input

    @Test
    void thatARegistryDoesNotTakeDisturbNobodyWhoMakesAGroup() {
        new TaskGroupMetrics(orders).bindTo(registry);
        RuntimeException full = new IllegalStateException("full");
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public MeterFilterReply accept(Meter.Id id) {
                throw full;
            }
        });
        List<Throwable> uncaught = new ArrayList<>();
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
        thread.setUncaughtExceptionHandler((where, failure) -> uncaught.add(failure));
        try {
            HeldTask.in(orders.child("mails"), "mail").succeed();
        } finally {
            thread.setUncaughtExceptionHandler(before);
        }
        assertThat(orders.counts().succeeded()).isEqualTo(1);
        assertThat(uncaught).containsExactly(full);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void areNotMadeForNoPath(int maxPaths) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TaskGroupMetrics(orders, Tags.empty(), maxPaths))
                .withMessage("maxPaths must be positive, but was " + maxPaths);
    }

    @Test
    @SuppressWarnings("NullAway")
    void areNotMadeOfNothing() {
        assertThatNullPointerException()
                .isThrownBy(() -> new TaskGroupMetrics(null))
                .withMessage("group must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> new TaskGroupMetrics(orders, null))
                .withMessage("tags must not be null");
    }
}
