// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

/**
 * The rules of {@code trackWith}, for one thread: a subscription is counted until a terminal signal was delivered, the
 * upstream's cancel returned, or an exception was thrown through it.
 */
public abstract class CountReference {

    private final World.Counter counter;
    private boolean isOver;
    private boolean isDone;
    private boolean isCancelled;

    /** Counts a subscription. */
    protected CountReference(World.Counter counter) {
        this.counter = counter;
        counter.open();
    }

    /** Cancels the upstream, if present. */
    protected abstract void cancelUpstream();

    /** Receives an error that arrives after the end. */
    protected abstract void drop(Throwable error);

    /** Passes a signal on; cancels the subscription if that throws. */
    protected final void guard(Runnable signal) {
        try {
            signal.run();
        } catch (Throwable failure) {
            if (isCancelledBy(failure)) {
                cancelAfter(failure);
            }
            throw failure;
        }
    }

    /** Returns whether a failure cancels the subscription. */
    protected boolean isCancelledBy(Throwable failure) {
        return true;
    }

    /** Cancels because of a failure. */
    protected final void cancelAfter(Throwable failure) {
        try {
            cancelOnce();
        } catch (Throwable another) {
            failure.addSuppressed(another);
        }
    }

    /** Delivers a terminal signal, if it is the first. */
    protected final void terminate(Runnable signal) {
        if (isDone) {
            return;
        }
        isDone = true;
        try {
            signal.run();
        } finally {
            end();
        }
    }

    /** Delivers an error, or drops it if it comes after the end. */
    protected final void terminate(Throwable error, Runnable signal) {
        if (isDone) {
            drop(error);
        } else {
            terminate(signal);
        }
    }

    /** Cancels the upstream once. */
    protected final void cancelOnce() {
        if (isCancelled) {
            return;
        }
        isCancelled = true;
        try {
            cancelUpstream();
        } finally {
            // A terminal signal that is being delivered ends the subscription.
            if (!isDone) {
                end();
            }
        }
    }

    private void end() {
        if (!isOver) {
            isOver = true;
            counter.release();
        }
    }
}
