// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
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

    /** How often threads must have met. */
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

    /** Adds a task, which is returned; allocates nothing that it cannot do without. */
    Entry add(Entry entry) {
        Shelf[] now = shelves;
        Shelf shelf = now[now.length == 1 ? 0 : Stripes.cell()];
        lookForOthers(shelf);
        synchronized (shelf) {
            shelf.setTaken(true);
            // Within the lock, so that each shelf is in the order of the starts.
            entry.shelf = shelf;
            entry.id = LAST_ID.incrementAndGet();
            entry.startNanos = nanoTime.getAsLong();
            shelf.chain.add(entry);
            shelf.setTaken(false);
            return entry;
        }
    }

    void remove(Entry entry) {
        Shelf shelf = entry.shelf;
        if (shelf == null) {
            return;
        }
        lookForOthers(shelf);
        synchronized (shelf) {
            shelf.setTaken(true);
            shelf.chain.remove(entry);
            shelf.setTaken(false);
        }
    }

    private void lookForOthers(Shelf shelf) {
        if (shelf.isTaken() && ++meetings >= CONTENDED) {
            spread();
        }
    }

    private synchronized void spread() {
        Shelf[] one = shelves;
        if (one.length == 1) {
            try {
                Shelf[] several = new Shelf[Stripes.CELLS];
                several[0] = one[0];
                for (int i = 1; i < several.length; i++) {
                    several[i] = new Shelf.Padded();
                }
                shelves = several;
            } catch (OutOfMemoryError none) {
                // It goes on with one shelf: the task that comes or goes must not fail.
            }
        }
    }

    List<RunningTask> list() {
        List<Entry> entries = look(shelf -> {
            List<Entry> standing = new ArrayList<>();
            for (Entry entry = shelf.chain.first(); entry != null; entry = entry.next()) {
                standing.add(entry);
            }
            return standing;
        });
        long now = nanoTime.getAsLong();
        return entries.stream().map(entry -> describe(entry, now)).toList();
    }

    @Nullable
    RunningTask oldest() {
        List<Entry> firsts = look(shelf -> {
            Entry first = shelf.chain.first();
            return first == null ? List.of() : List.of(first);
        });
        return firsts.isEmpty() ? null : describe(firsts.get(0));
    }

    /** What is seen on all shelves at one instant, oldest first. */
    private List<Entry> look(Function<Shelf, List<Entry>> eyes) {
        while (true) {
            List<Entry> seen = new ArrayList<>();
            if (look(shelves, 0, shelf -> seen.addAll(eyes.apply(shelf)))) {
                seen.sort(Comparator.naturalOrder());
                return seen;
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // the array is the same as long as there are the same shelves
    private boolean look(Shelf[] all, int locked, Consumer<Shelf> eyes) {
        if (locked < all.length) {
            synchronized (all[locked]) {
                return look(all, locked + 1, eyes);
            }
        }
        if (all != shelves) {
            // A task may stand on a new shelf, and one that entered after it on the old.
            return false;
        }
        for (Shelf shelf : all) {
            eyes.accept(shelf);
        }
        return true;
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

    /** Some of the tasks, oldest first; its own lock guards it. */
    private static class Shelf {

        private static final VarHandle TAKEN;

        static {
            try {
                TAKEN = MethodHandles.lookup().findVarHandle(Shelf.class, "taken", boolean.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        final Chain<Entry> chain = new Chain<>();

        // Whether a thread has the lock, for others to look at before they ask for it: a hint, which orders nothing.
        @SuppressWarnings("UnusedVariable") // it is used by the handle
        private boolean taken;

        final boolean isTaken() {
            return (boolean) TAKEN.getOpaque(this);
        }

        final void setTaken(boolean isTaken) {
            TAKEN.setOpaque(this, isTaken);
        }

        /** One that has others beside it: what its threads change is two cache lines away from what theirs do. */
        @SuppressWarnings({"unused", "UnusedVariable"}) // what counts is where they are
        private static final class Padded extends Shelf {

            private long padding1, padding2, padding3, padding4, padding5, padding6, padding7, padding8;
            private long padding9, padding10, padding11, padding12, padding13, padding14, padding15, padding16;
        }
    }

    /** One task on its shelf; in the order of the starts, and of the ids if these are equal. */
    static final class Entry extends Chain.Link<Entry> implements Comparable<Entry> {

        private final String name;

        // Set once, when the task is added.
        private @Nullable Shelf shelf;
        private long id;
        private long startNanos;

        Entry(String name) {
            this.name = name;
        }

        @Override
        public int compareTo(Entry other) {
            int byStart = Long.signum(startNanos - other.startNanos);
            return byStart != 0 ? byStart : Long.compare(id, other.id);
        }
    }
}
