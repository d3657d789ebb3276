// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.LibraryThreads;
import io.reactivetracker.internal.Striped;
import io.reactivetracker.internal.Throwables;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the references to the tokens of watched tasks, and waits in one thread for tokens that are garbage.
 *
 * <p>A reference must be reachable to be enqueued, so it is in a list from the start of its task to the end. The lists
 * are {@linkplain Striped striped}. The thread ends when no watched task has run for some seconds, and the next one
 * starts another.
 *
 * <p>The lists stay whole even if the stack overflows: the method that unlinks calls no other. A collection of the JDK
 * may be left with a wrong size.
 */
final class LeakReaper {

    static final LeakReaper SYSTEM = new LeakReaper(
            TimeUnit.SECONDS.toMillis(LibraryThreads.IDLE_SECONDS),
            action -> LibraryThreads.create("reactive-tracker-leaks", action).start());

    private final long idleMillis;
    private final Executor threads;
    private final ReferenceQueue<TaskToken> queue = new ReferenceQueue<>();
    private final Striped<Stripe> stripes = new Striped<>(new Stripe(new IntrusiveList<>()), PaddedStripe::new);

    // Whether there is a thread. Written under the lock of this.
    //
    // add ‖ endIfIdle: one adds and then reads this, the other clears this and then reads the lists. So at least one of
    // them sees the other, and there is a thread while a list has an element.
    private volatile boolean hasThread;

    LeakReaper(long idleMillis, Executor threads) {
        this.idleMillis = idleMillis;
        this.threads = threads;
    }

    ReferenceQueue<TaskToken> queue() {
        return queue;
    }

    boolean hasThread() {
        return hasThread;
    }

    /** Returns the number of watched tasks that run. */
    int size() {
        AtomicInteger size = new AtomicInteger();
        stripes.forEach(stripe -> {
            for (Node node = stripe.nodes.first(); node != null; node = node.next()) {
                size.incrementAndGet();
            }
        });
        return size.get();
    }

    void add(Node node) {
        Stripe stripe = stripes.current();
        synchronized (stripe) {
            stripe.setTaken(true);
            node.stripe = stripe;
            stripe.nodes.add(node);
            stripe.setTaken(false);
        }
        if (!hasThread) {
            startThread();
        }
    }

    void remove(Node node) {
        Stripe stripe = node.stripe;
        if (stripe == null) {
            return;
        }
        stripes.detectContention(stripe);
        synchronized (stripe) {
            stripe.setTaken(true);
            stripe.nodes.remove(node);
            stripe.setTaken(false);
        }
    }

    private synchronized void startThread() {
        if (!hasThread) {
            try {
                threads.execute(this::run);
                hasThread = true;
            } catch (OutOfMemoryError noThread) {
                // The next watched task tries again. What leaks meanwhile stays in the queue.
            }
        }
    }

    private void run() {
        do {
            try {
                while (take()) {
                    // Another one may be there.
                }
            } catch (Throwable broken) {
                Throwables.reportUncaught(broken);
            }
        } while (!endIfIdle());
    }

    /** Returns false if no token became garbage for the idle time. */
    private boolean take() {
        Reference<? extends TaskToken> garbage;
        try {
            garbage = queue.remove(idleMillis);
        } catch (InterruptedException notOurs) {
            return true;
        }
        if (garbage instanceof WatchedTask.TokenReference reference) {
            remove(reference.node());
            reference.task().leak();
        }
        return garbage != null;
    }

    /** Returns false if a watched task runs, which the thread has to wait for. Called by the thread. */
    synchronized boolean endIfIdle() {
        hasThread = false;
        hasThread = size() > 0;
        return !hasThread;
    }

    /** Some of the references. */
    private static class Stripe extends Striped.Stripe {
        final IntrusiveList<Node> nodes;

        Stripe(IntrusiveList<Node> nodes) {
            this.nodes = nodes;
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

    /** The place of a reference in a list. */
    static final class Node extends IntrusiveList.Link<Node> {

        @SuppressWarnings("UnusedVariable") // keeps the reference reachable
        private final WatchedTask.TokenReference reference;

        // Set by add().
        private @Nullable Stripe stripe;

        Node(WatchedTask.TokenReference reference) {
            this.reference = reference;
        }
    }
}
