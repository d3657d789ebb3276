// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The named tasks that are running, oldest first.
 *
 * <p>They stand on shelves, each a chain under a lock of its own: a task enters and leaves in constant time however many
 * others run, and leaves nothing behind. There is one shelf until threads have met at it several times; from then on each
 * thread has its tasks enter on one of several, and a task leaves the shelf that it stands on.
 *
 * <p>Whoever looks takes the locks of all shelves, in their order, and so sees the tasks of one instant.
 */
final class RunningTasks {

    private static final AtomicLong LAST_ID = new AtomicLong();

    /** How often threads must have met. A look is met, too. */
    private static final int CONTENDED = 4;

    private final LongSupplier nanoTime;

    // One reading of both clocks dates every task, so a task has one start however often it is looked at.
    private final Instant originInstant = Instant.now();
    private final long originNanos;

    /** One; or for good, changed once under the lock of this, one for each {@linkplain Stripes#cell() cell}. */
    private volatile Shelf[] shelves = {new Shelf()};

    // How often threads have met, or fewer: it need not be exact.
    private int meetings;

    RunningTasks(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.originNanos = nanoTime.getAsLong();
    }

    Entry add(String name) {
        Shelf[] now = shelves;
        Shelf shelf = now[now.length == 1 ? 0 : Stripes.cell()];
        lock(shelf);
        try {
            // Within the lock, so that each shelf is in the order of the starts.
            Entry entry = new Entry(shelf, LAST_ID.incrementAndGet(), name, nanoTime.getAsLong());
            shelf.chain.add(entry);
            return entry;
        } finally {
            shelf.lock.unlock();
        }
    }

    void remove(Entry entry) {
        Shelf shelf = entry.shelf;
        lock(shelf);
        try {
            shelf.chain.remove(entry);
        } finally {
            shelf.lock.unlock();
        }
    }

    private void lock(Shelf shelf) {
        if (!shelf.lock.tryLock()) {
            if (++meetings >= CONTENDED) {
                spread();
            }
            shelf.lock.lock();
        }
    }

    private synchronized void spread() {
        Shelf[] one = shelves;
        if (one.length == 1) {
            Shelf[] several = new Shelf[Stripes.CELLS];
            several[0] = one[0];
            for (int i = 1; i < several.length; i++) {
                several[i] = new Shelf.Padded();
            }
            shelves = several;
        }
    }

    List<RunningTask> list() {
        List<Entry> entries = new ArrayList<>();
        long now;
        Shelf[] all = lockAll();
        try {
            for (Shelf shelf : all) {
                for (Entry entry = shelf.chain.first(); entry != null; entry = entry.next()) {
                    entries.add(entry);
                }
            }
            now = nanoTime.getAsLong();
        } finally {
            unlock(all);
        }
        if (all.length > 1) {
            entries.sort(Comparator.naturalOrder());
        }
        return entries.stream().map(entry -> describe(entry, now)).toList();
    }

    @Nullable
    RunningTask oldest() {
        Entry oldest = null;
        Shelf[] all = lockAll();
        try {
            for (Shelf shelf : all) {
                Entry first = shelf.chain.first();
                if (first != null && (oldest == null || first.compareTo(oldest) < 0)) {
                    oldest = first;
                }
            }
        } finally {
            unlock(all);
        }
        return oldest == null ? null : describe(oldest);
    }

    private Shelf[] lockAll() {
        while (true) {
            Shelf[] all = shelves;
            for (Shelf shelf : all) {
                shelf.lock.lock();
            }
            // Else a task may stand on a new shelf, and one that entered after it on the old.
            if (all == shelves) {
                return all;
            }
            unlock(all);
        }
    }

    private static void unlock(Shelf[] all) {
        for (Shelf shelf : all) {
            shelf.lock.unlock();
        }
    }

    boolean isSpread() {
        return shelves.length > 1;
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

    /** Some of the tasks, oldest first. */
    private static class Shelf {

        final ReentrantLock lock = new ReentrantLock();
        final Chain<Entry> chain = new Chain<>();

        /** One that has others beside it: what its threads change is two cache lines away from what theirs do. */
        @SuppressWarnings({"unused", "UnusedVariable"}) // what counts is where they are
        private static final class Padded extends Shelf {

            private long padding1, padding2, padding3, padding4, padding5, padding6, padding7, padding8;
            private long padding9, padding10, padding11, padding12, padding13, padding14, padding15, padding16;
        }
    }

    /** One task on its shelf; in the order of the starts, and of the ids if these are equal. */
    static final class Entry extends Chain.Link<Entry> implements Comparable<Entry> {

        private final Shelf shelf;
        private final long id;
        private final String name;
        private final long startNanos;

        private Entry(Shelf shelf, long id, String name, long startNanos) {
            this.shelf = shelf;
            this.id = id;
            this.name = name;
            this.startNanos = startNanos;
        }

        @Override
        public int compareTo(Entry other) {
            int byStart = Long.signum(startNanos - other.startNanos);
            return byStart != 0 ? byStart : Long.compare(id, other.id);
        }
    }
}
