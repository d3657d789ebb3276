// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.Striped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The named tasks that are running, oldest first.
 *
 * <p>They are in chains, each on a {@linkplain Striped stripe}: a task enters and leaves in constant time however many
 * others run, and leaves nothing behind. A look takes the locks of all stripes, and so sees the tasks of one instant.
 */
final class RunningTasks {

    private final LongSupplier nanoTime;
    private final LongSupplier startTime;

    // One reading of both clocks dates every task, so a task has one start however often it is looked at.
    private final Instant originInstant = Instant.now();
    private final long originNanos;

    private final Striped<Stripe> stripes = new Striped<>(new Stripe(new IntrusiveList<>()), PaddedStripe::new);

    /** Reads one clock for all: for the tests. */
    RunningTasks(LongSupplier nanoTime) {
        this(nanoTime, nanoTime);
    }

    /** Reads another clock for the start of each task, which is not ahead of the first. */
    RunningTasks(LongSupplier nanoTime, LongSupplier startTime) {
        this.nanoTime = nanoTime;
        this.startTime = startTime;
        this.originNanos = nanoTime.getAsLong();
    }

    /** Adds a task, which is returned; allocates nothing that it cannot do without. */
    Entry add(Entry entry) {
        Stripe stripe = stripes.current();
        synchronized (stripe) {
            stripe.setTaken(true);
            // Within the lock, so that each chain is in the order of the starts.
            entry.stripe = stripe;
            entry.id = stripe.nextId();
            entry.startNanos = startTime.getAsLong();
            stripe.chain.add(entry);
            stripe.setTaken(false);
            return entry;
        }
    }

    void remove(Entry entry) {
        Stripe stripe = entry.stripe;
        if (stripe == null) {
            return;
        }
        stripes.lookForOthers(stripe);
        synchronized (stripe) {
            stripe.setTaken(true);
            stripe.chain.remove(entry);
            stripe.setTaken(false);
        }
    }

    List<RunningTask> list() {
        List<Entry> entries = look((stripe, seen) -> {
            for (Entry entry = stripe.chain.first(); entry != null; entry = entry.next()) {
                seen.add(entry);
            }
        });
        long now = nanoTime.getAsLong();
        return entries.stream().map(entry -> describe(entry, now)).toList();
    }

    @Nullable
    RunningTask oldest() {
        List<Entry> firsts = look((stripe, seen) -> {
            Entry first = stripe.chain.first();
            if (first != null) {
                seen.add(first);
            }
        });
        return firsts.isEmpty() ? null : describe(firsts.get(0));
    }

    /** What is seen on all stripes at one instant, oldest first. */
    private List<Entry> look(BiConsumer<Stripe, List<Entry>> eyes) {
        List<Entry> seen = new ArrayList<>();
        stripes.forAll(stripe -> eyes.accept(stripe, seen));
        seen.sort(Comparator.naturalOrder());
        return seen;
    }

    boolean isSpread() {
        return stripes.isSpread();
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
    private static class Stripe extends Striped.Stripe {
        final IntrusiveList<Entry> chain;

        Stripe(IntrusiveList<Entry> chain) {
            this.chain = chain;
        }
    }

    /** One that has others beside it: what its threads change is two cache lines away from what theirs do. */
    @SuppressWarnings({"unused", "UnusedVariable"}) // what counts is where they are
    private static final class PaddedStripe extends Stripe {
        private long padding1, padding2, padding3, padding4, padding5, padding6, padding7, padding8;
        private long padding9, padding10, padding11, padding12, padding13, padding14, padding15, padding16;

        PaddedStripe() {
            super(new IntrusiveList.Padded<>());
        }
    }

    /** One task in its chain; in the order of the starts, and of the ids if these are equal. */
    static final class Entry extends IntrusiveList.Link<Entry> implements Comparable<Entry> {

        private final String name;

        // Set once, when the task is added.
        private @Nullable Stripe stripe;
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
