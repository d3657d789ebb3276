// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.JfrEvents;
import io.reactivetracker.internal.Striped;
import io.reactivetracker.internal.TaskRecording;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The named tasks that are running.
 *
 * <p>Each is in the list of a {@linkplain Striped stripe}, so a task is added and removed in constant time. The stripes
 * are read one after the other. So the result contains each task that runs during the whole call, and may contain tasks
 * that start or end during it.
 */
final class RunningTasks {

    private final LongSupplier nanoTime;
    private final LongSupplier startTime;

    // Both clocks are read once, so that each task has one start, however often it is described.
    private final Instant originInstant = Instant.now();
    private final long originNanos;

    private final Striped<Stripe> stripes = new Striped<>(new Stripe(new IntrusiveList<>()), PaddedStripe::new);

    /** Reads one clock for both times; for tests. */
    RunningTasks(LongSupplier nanoTime) {
        this(nanoTime, nanoTime);
    }

    /** Reads a second clock, which is never ahead of the first, for the start of each task. */
    RunningTasks(LongSupplier nanoTime, LongSupplier startTime) {
        this.nanoTime = nanoTime;
        this.startTime = startTime;
        this.originNanos = nanoTime.getAsLong();
    }

    /** Adds a task and returns it. Allocates nothing, unless it adds stripes. */
    Entry add(Entry entry) {
        Stripe stripe = stripes.current();
        synchronized (stripe) {
            stripe.setTaken(true);
            // Under the lock, so that each list is in the order of the starts.
            entry.stripe = stripe;
            entry.id = stripe.nextId();
            entry.startNanos = startTime.getAsLong();
            stripe.tasks.add(entry);
            stripe.setTaken(false);
            return entry;
        }
    }

    void remove(Entry entry) {
        Stripe stripe = entry.stripe;
        if (stripe == null) {
            return;
        }
        stripes.detectContention(stripe);
        synchronized (stripe) {
            stripe.setTaken(true);
            stripe.tasks.remove(entry);
            stripe.setTaken(false);
        }
    }

    List<RunningTask> list() {
        List<Entry> entries = new ArrayList<>();
        stripes.forEach(stripe -> {
            for (Entry entry = stripe.tasks.first(); entry != null; entry = entry.next()) {
                entries.add(entry);
            }
        });
        Collections.sort(entries);
        long now = nanoTime.getAsLong();
        return entries.stream()
                .map(entry -> describe(entry, Objects.requireNonNull(entry.name), now))
                .toList();
    }

    @Nullable
    RunningTask oldest() {
        List<Entry> firsts = new ArrayList<>();
        stripes.forEach(stripe -> {
            Entry first = stripe.tasks.first();
            if (first != null) {
                firsts.add(first);
            }
        });
        return firsts.isEmpty() ? null : describe(Collections.min(firsts));
    }

    boolean isSpread() {
        return stripes.isSpread();
    }

    LongSupplier nanoTime() {
        return nanoTime;
    }

    /** Returns null if the task has no name. */
    @Nullable
    RunningTask describe(Entry entry) {
        return entry.name == null ? null : describe(entry, entry.name, nanoTime.getAsLong());
    }

    private RunningTask describe(Entry entry, String name, long now) {
        return new RunningTask(
                entry.id,
                name,
                originInstant.plusNanos(entry.startNanos - originNanos),
                Duration.ofNanos(now - entry.startNanos));
    }

    /** Some of the tasks, oldest first. */
    private static class Stripe extends Striped.Stripe {
        final IntrusiveList<Entry> tasks;

        Stripe(IntrusiveList<Entry> tasks) {
            this.tasks = tasks;
        }
    }

    /** A stripe whose fields are at least two cache lines away from those of the next stripe. */
    @SuppressWarnings({"unused", "UnusedVariable"}) // only their place in memory matters
    private static final class PaddedStripe extends Stripe {
        private long padding1, padding2, padding3, padding4, padding5, padding6, padding7, padding8;
        private long padding9, padding10, padding11, padding12, padding13, padding14, padding15, padding16;

        PaddedStripe() {
            super(new IntrusiveList.Padded<>());
        }
    }

    /** What a token keeps about its task. Ordered by start, then by id. Only one with a name is added to the list. */
    static class Entry extends IntrusiveList.Link<Entry> implements Comparable<Entry> {

        private final @Nullable String name;

        /** Set by the token, before it can be garbage. */
        boolean hasEnded;

        // Set once, by add().
        private @Nullable Stripe stripe;
        private long id;
        private long startNanos;

        Entry(@Nullable String name) {
            this.name = name;
        }

        final @Nullable String name() {
            return name;
        }

        /** Called when the task was counted. */
        void begin() {}

        /** Called when the task has ended. */
        void end() {}

        /** Creates a task that starts about now. */
        static Entry of(String name) {
            TaskRecording begun = JfrEvents.beginTask();
            return begun == null ? new Entry(name) : new RecordedEntry(name, begun);
        }

        /** Returns the event of the end; null if that was not recorded when the task began. */
        @Nullable
        TaskRecording begun() {
            return null;
        }

        /** Writes the event of the end, if the task has a name and the event is recorded. */
        final void recordEnd(TaskTracker tracker) {
            if (name != null && JfrEvents.recordsTasks()) {
                JfrEvents.taskEnded(begun(), tracker.name(), name, id, null, 1);
            }
        }

        @Override
        public final int compareTo(Entry other) {
            int byStart = Long.signum(startNanos - other.startNanos);
            return byStart != 0 ? byStart : Long.compare(id, other.id);
        }
    }

    /** A task whose end is recorded. Others need no field for the event. */
    private static final class RecordedEntry extends Entry {

        private final TaskRecording begun;

        RecordedEntry(String name, TaskRecording begun) {
            super(name);
            this.begun = begun;
        }

        @Override
        TaskRecording begun() {
            return begun;
        }
    }
}
