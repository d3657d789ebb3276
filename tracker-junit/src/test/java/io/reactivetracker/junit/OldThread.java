// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A thread of a pool, which is started before any test. */
final class OldThread {

    static final ExecutorService EXECUTOR = Executors.newSingleThreadExecutor(command -> {
        Thread thread = new Thread(command, "orders-1");
        thread.setDaemon(true);
        return thread;
    });

    private OldThread() {}

    static void start() throws Exception {
        Object unused = EXECUTOR.submit(() -> "started").get();
    }
}
