// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The named tasks that are running, oldest first.
 *
 * <p>A chain under its own lock: a task enters and leaves in constant time however many others run, and leaves nothing
 * behind. Place, id and start are given under the lock, so they always agree.
 */
final class RunningTasks {

    private static final AtomicLong LAST_ID = new AtomicLong();

    private final LongSupplier nanoTime;

    // One reading of both clocks dates every task, so a task has one start however often it is looked at.
    private final Instant originInstant = Instant.now();
    private final long originNanos;

    private final Chain<Entry> chain = new Chain<>();

    RunningTasks(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.originNanos = nanoTime.getAsLong();
    }

    synchronized Entry add(String name) {
        Entry entry = new Entry(LAST_ID.incrementAndGet(), name, nanoTime.getAsLong());
        chain.add(entry);
        return entry;
    }

    synchronized void remove(Entry entry) {
        chain.remove(entry);
    }

    List<RunningTask> list() {
        List<Entry> entries = new ArrayList<>();
        long now;
        synchronized (this) {
            for (Entry entry = chain.first(); entry != null; entry = entry.next()) {
                entries.add(entry);
            }
            now = nanoTime.getAsLong();
        }
        return entries.stream().map(entry -> describe(entry, now)).toList();
    }

    @Nullable
    RunningTask oldest() {
        Entry first;
        synchronized (this) {
            first = chain.first();
        }
        return first == null ? null : describe(first);
    }

    LongSupplier nanoTime() {
        return nanoTime;
    }

    RunningTask describe(Entry entry) {
        return describe(entry, nanoTime.getAsLong());
    }

    private RunningTask describe(Entry entry, long now) {
        return new RunningTask(
                entry.id,
                entry.name,
                originInstant.plusNanos(entry.startNanos - originNanos),
                Duration.ofNanos(now - entry.startNanos));
    }

    /** One task in the chain. */
    static final class Entry extends Chain.Link<Entry> {

        private final long id;
        private final String name;
        private final long startNanos;

        private Entry(long id, String name, long startNanos) {
            this.id = id;
            this.name = name;
            this.startNanos = startNanos;
        }
    }
}
