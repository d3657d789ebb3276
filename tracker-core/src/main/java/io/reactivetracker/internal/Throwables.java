// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/** Handles failures that follow other failures, and those that no caller can catch. */
public final class Throwables {

    private static final int MAX_SUPPRESSED = 8;
    private static final int MAX_CAUSES = 16;

    private Throwables() {}

    /**
     * Runs a step because of a failure, and adds to the failure what the step throws.
     *
     * @param failure the failure
     * @param step what to run now
     */
    public static void runAfter(Throwable failure, Runnable step) {
        try {
            step.run();
        } catch (Throwable another) {
            suppress(failure, another);
        }
    }

    /**
     * Adds a second failure to a first one as suppressed, unless it has an equal one or
     * {@value #MAX_SUPPRESSED} already.
     *
     * <p>An application may fail many tasks with one exception, which must not grow with each of them.
     *
     * @param failure the first failure
     * @param another the second failure; may be the first
     */
    @SuppressWarnings("ReferenceEquality") // a throwable can't suppress itself, even if equals() is overridden
    public static void suppress(Throwable failure, Throwable another) {
        if (another == failure) {
            return;
        }
        // The lock that addSuppressed takes.
        synchronized (failure) {
            Throwable[] before = failure.getSuppressed();
            if (before.length < MAX_SUPPRESSED && Arrays.stream(before).noneMatch(one -> isAlike(one, another))) {
                failure.addSuppressed(another);
            }
        }
    }

    private static boolean isAlike(Throwable one, Throwable another) {
        return one.getClass().equals(another.getClass()) && Objects.equals(one.getMessage(), another.getMessage());
    }

    /**
     * Returns the failure without the {@link CompletionException} that a dependent stage wraps around it.
     *
     * @param failure what a stage has failed with
     * @return its cause if it is a {@code CompletionException} that has one, otherwise itself
     */
    public static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    /**
     * Returns whether a failure is what a cancel or an interrupt causes, itself or by one of its causes.
     *
     * @param failure what cancelled code has thrown
     * @return false if the failure has another reason
     */
    public static boolean isInterruption(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof InterruptedException
                    || cause instanceof CancellationException
                    || cause instanceof InterruptedIOException
                    || cause instanceof ClosedByInterruptException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /**
     * Passes the failure of cancelled code, whose caller has gone, to a handler, unless the cancel is its reason.
     *
     * @param failure what the code has thrown
     * @param body the code; gets the failure if it is an uncaught-exception handler, otherwise that of this thread does
     */
    public static void reportAfterCancel(Throwable failure, Object body) {
        if (isInterruption(failure)) {
            return;
        }
        if (!(body instanceof Thread.UncaughtExceptionHandler handler)) {
            reportUncaught(failure);
            return;
        }
        try {
            handler.uncaughtException(Thread.currentThread(), failure);
        } catch (Throwable broken) {
            reportUncaught(broken);
        }
    }

    /**
     * Passes a failure that no caller can catch to the uncaught-exception handler of this thread, and returns.
     *
     * @param failure the failure
     */
    public static void reportUncaught(Throwable failure) {
        Thread thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
        } catch (Throwable ignored) {
            // The virtual machine also ignores what a handler throws. The caller has more work to do after this.
        }
    }
}
