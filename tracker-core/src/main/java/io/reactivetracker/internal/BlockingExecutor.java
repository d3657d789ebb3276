// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs code that blocks: each body on a virtual thread if the JDK has them, otherwise on a pool of {@value
 * #THREADS_PER_PROCESSOR} threads for each processor, in FIFO order.
 */
public final class BlockingExecutor {

    private static final int THREADS_PER_PROCESSOR = 10;

    private static final Executor INSTANCE = DefaultExecutor.isVirtual() ? DefaultExecutor.get() : pool();

    private BlockingExecutor() {}

    /**
     * Returns the executor.
     *
     * @return always the same executor
     */
    public static Executor get() {
        return INSTANCE;
    }

    private static Executor pool() {
        int threads = THREADS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                LibraryThreads.IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                action -> LibraryThreads.create("reactive-tracker-blocking", action));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
