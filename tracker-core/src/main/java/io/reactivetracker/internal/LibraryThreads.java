// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Creates the library's own platform threads: daemons that inherit nothing from their creator and end when idle.
 *
 * <p>They inherit neither thread-locals nor protection domains. Their context class loader is that of the library,
 * which they retain anyway, so they keep no other application's classes alive.
 */
public final class LibraryThreads {

    /** How long an idle thread lives. */
    public static final long IDLE_SECONDS = 10;

    private static final ThreadPoolExecutor CACHED = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            action -> create("reactive-tracker-action", action));

    private LibraryThreads() {}

    /**
     * Creates a thread without starting it.
     *
     * @param name the thread's name
     * @param action what the thread runs
     * @return a daemon thread
     */
    @SuppressWarnings("removal") // otherwise a thread inherits the protection domains, and so class loaders, of callers
    public static Thread create(String name, Runnable action) {
        return AccessController.doPrivileged((PrivilegedAction<Thread>) () -> {
            Thread thread = new Thread(null, action, name, 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(LibraryThreads.class.getClassLoader());
            return thread;
        });
    }

    /**
     * Returns a pool that reuses idle threads and creates a thread if none is idle, so no action waits for another.
     *
     * @return always the same pool; it throws an {@code OutOfMemoryError} if no thread can be created
     */
    public static Executor cached() {
        return CACHED;
    }
}
