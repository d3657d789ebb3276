// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

/** Where failures go that no caller could catch: to the thread's handler, the JDK's own place for them. */
public final class Uncaught {

    private Uncaught() {}

    /**
     * Hands a failure to the uncaught-exception handler of this thread, and lets the thread go on.
     *
     * @param failure what nobody else could be told
     */
    public static void report(Throwable failure) {
        Thread thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
        } catch (Throwable ignored) {
            // As the virtual machine treats a handler that throws; others still have to run after this.
        }
    }
}
