// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The library's own platform threads: daemons that inherit nothing from the thread that creates them, and end when idle.
 *
 * <p>They inherit neither thread-locals nor protection domains. Their context class loader is the one that loaded the
 * library, which a thread of the library holds anyway; so it keeps no other application's classes alive.
 */
public final class LibraryThreads {

    /** How long a thread without work lives. */
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
     * Creates a thread, without starting it.
     *
     * @param name the thread's name
     * @param action what it runs
     * @return a daemon thread
     */
    @SuppressWarnings(
            "removal") // without this a thread inherits the protection domains, and so the class loaders, of its
    // creator's callers
    public static Thread create(String name, Runnable action) {
        return AccessController.doPrivileged((PrivilegedAction<Thread>) () -> {
            Thread thread = new Thread(null, action, name, 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(LibraryThreads.class.getClassLoader());
            return thread;
        });
    }

    /**
     * A pool that reuses idle threads and creates one whenever none is idle, so no action waits for another.
     *
     * @return the same for all of the library; it throws an {@code OutOfMemoryError} if no thread can be created
     */
    public static Executor cached() {
        return CACHED;
    }
}
