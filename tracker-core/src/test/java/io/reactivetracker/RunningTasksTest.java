// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.internal.Striped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Named tasks of several threads; those of one thread are tested in {@link TaskTrackerTest}. */
class RunningTasksTest {

    private static final int ENOUGH_TO_SPREAD = 4;

    private final AtomicLong clock = new AtomicLong();

    /** Runs once, at the next reading of the clock: when a task is added, under the lock of its stripe. */
    private final AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});

    private final RunningTasks tasks = new RunningTasks(() -> {
        meanwhile.getAndSet(() -> {}).run();
        return clock.incrementAndGet();
    });

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work);
        thread.start();
        return thread;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitBlocked(Thread thread) {
        await().until(() -> thread.getState() == Thread.State.BLOCKED);
    }

    /** Lets several threads add a task while another task is being added. */
    private List<Thread> meet(int number) {
        List<Thread> met = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            Thread thread = start(() -> tasks.add(new RunningTasks.Entry("met")));
            awaitBlocked(thread);
            met.add(thread);
        }
        return met;
    }

    private void spread() {
        List<Thread> met = new ArrayList<>();
        meanwhile.set(() -> met.addAll(meet(ENOUGH_TO_SPREAD)));
        tasks.add(new RunningTasks.Entry("first"));
        met.forEach(RunningTasksTest::join);
        assertThat(tasks.isSpread()).isTrue();
    }

    /** Adds a task by a thread of each stripe, from the last stripe to the first. */
    private List<RunningTasks.Entry> enterFromTheLastStripe() {
        List<RunningTasks.Entry> entered = new ArrayList<>();
        for (int cell = Striped.MAX_STRIPES - 1; cell >= 0; cell--) {
            String name = "on " + cell;
            Thread thread = ofStripe(cell, () -> entered.add(tasks.add(new RunningTasks.Entry(name))));
            thread.start();
            join(thread);
        }
        return entered;
    }

    private List<String> names() {
        return tasks.list().stream().map(RunningTask::name).toList();
    }

    /** Returns a thread that adds to this stripe once there are several. */
    private static Thread ofStripe(int cell, Runnable work) {
        Thread thread = new Thread(work);
        while ((thread.getId() & (Striped.MAX_STRIPES - 1)) != cell) {
            thread = new Thread(work);
        }
        return thread;
    }

    @Test
    void areOnOneStripeUntilThreadsHaveMetSeveralTimes() {
        List<Thread> met = new ArrayList<>();
        meanwhile.set(() -> met.addAll(meet(ENOUGH_TO_SPREAD - 1)));
        RunningTasks.Entry entry = tasks.add(new RunningTasks.Entry("first"));
        met.forEach(RunningTasksTest::join);
        assertThat(tasks.isSpread()).isFalse();
        assertThat(names()).containsExactly("first", "met", "met", "met");

        met.clear();
        meanwhile.set(() -> {
            Thread leaving = start(() -> tasks.remove(entry));
            awaitBlocked(leaving);
            met.add(leaving);
        });
        tasks.add(new RunningTasks.Entry("last"));
        met.forEach(RunningTasksTest::join);
        assertThat(tasks.isSpread()).isTrue();
        assertThat(names()).containsExactly("met", "met", "met", "last");
    }

    @Test
    void areListedOldestFirstOnWhicheverStripeTheyStand() {
        RunningTasks.Entry before = tasks.add(new RunningTasks.Entry("before"));
        spread();
        List<RunningTasks.Entry> entered = enterFromTheLastStripe();
        List<String> names = names();
        assertThat(names).startsWith("before", "first", "met");
        assertThat(names.subList(2 + ENOUGH_TO_SPREAD, names.size()))
                .startsWith("on " + (Striped.MAX_STRIPES - 1), "on " + (Striped.MAX_STRIPES - 2))
                .endsWith("on 1", "on 0")
                .hasSameSizeAs(entered);
        assertThat(tasks.oldest()).extracting(RunningTask::name).isEqualTo("before");
        tasks.remove(before);
        assertThat(tasks.oldest()).extracting(RunningTask::name).isEqualTo("first");
    }

    @Test
    void haveAnOldestOnWhicheverStripeItStands() {
        List<Thread> threads = new ArrayList<>();
        meanwhile.set(() -> {
            for (int i = 0; i < ENOUGH_TO_SPREAD; i++) {
                Thread thread = start(() -> tasks.remove(tasks.add(new RunningTasks.Entry("met"))));
                awaitBlocked(thread);
                threads.add(thread);
            }
        });
        tasks.remove(tasks.add(new RunningTasks.Entry("first")));
        threads.forEach(RunningTasksTest::join);
        for (RunningTasks.Entry entry : enterFromTheLastStripe()) {
            assertThat(tasks.oldest())
                    .extracting(RunningTask::id)
                    .isEqualTo(tasks.list().get(0).id());
            tasks.remove(entry);
        }
        assertThat(tasks.oldest()).isNull();
    }

    @Test
    void leaveTheStripeThatTheyStandOnInWhicheverThread() {
        RunningTasks.Entry before = tasks.add(new RunningTasks.Entry("before"));
        spread();
        List<RunningTasks.Entry> entered = new ArrayList<>();
        for (int i = 0; i < 2 * Striped.MAX_STRIPES; i++) {
            join(start(() -> entered.add(tasks.add(new RunningTasks.Entry("after")))));
        }
        entered.forEach(tasks::remove);
        assertThat(names()).containsExactly("before", "first", "met", "met", "met", "met");
        tasks.remove(before);
        assertThat(tasks.oldest()).extracting(RunningTask::name).isEqualTo("first");
    }

    @Test
    void ofTheSameStartAreInTheOrderOfTheirIds() {
        spread();
        for (int i = 0; i < 2 * Striped.MAX_STRIPES; i++) {
            clock.set(1_000);
            join(start(() -> tasks.add(new RunningTasks.Entry("same"))));
        }
        assertThat(tasks.list()).isSortedAccordingTo((a, b) -> Long.compare(a.id(), b.id()));
    }

    @Test
    void areListedIfTheyRunDuringTheWholeCallThoughStripesAreAddedMeanwhile() {
        RunningTasks.Entry before = tasks.add(new RunningTasks.Entry("before"));
        CompletableFuture<List<String>> listed = new CompletableFuture<>();
        List<Thread> met = new ArrayList<>();
        meanwhile.set(() -> {
            Thread listing = start(() -> listed.complete(names()));
            awaitBlocked(listing);
            met.addAll(meet(ENOUGH_TO_SPREAD));
        });
        join(start(() -> tasks.add(new RunningTasks.Entry("during"))));
        met.forEach(RunningTasksTest::join);
        assertThat(listed.join()).startsWith("before");
        tasks.remove(before);
        assertThat(names()).containsExactly("during", "met", "met", "met", "met");
    }

    @Test
    void ofManyThreadsAreNeitherLostNorLeftBehind() {
        List<Thread> threads = new ArrayList<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        RunningTasks real = new RunningTasks(System::nanoTime);
        for (int i = 0; i < 8; i++) {
            String name = "of " + i;
            Thread thread = new Thread(() -> {
                List<RunningTasks.Entry> mine = new ArrayList<>();
                for (int step = 0; step < 3_000; step++) {
                    if (mine.size() < 5) {
                        mine.add(real.add(new RunningTasks.Entry(name)));
                    } else {
                        real.remove(mine.remove(ThreadLocalRandom.current().nextInt(mine.size())));
                    }
                    if (step % 100 == 0) {
                        List<RunningTask> seen = real.list();
                        assertThat(seen.stream().filter(task -> task.name().equals(name)))
                                .hasSize(mine.size());
                        assertThat(seen).isSortedAccordingTo((a, b) -> a.start().compareTo(b.start()));
                        assertThat(real.oldest()).isNotNull();
                    }
                }
                mine.forEach(real::remove);
            });
            thread.setUncaughtExceptionHandler((died, why) -> failure.set(why));
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        threads.forEach(RunningTasksTest::join);
        assertThat(failure).hasNullValue();
        assertThat(real.list()).isEmpty();
        assertThat(real.oldest()).isNull();
    }
}
