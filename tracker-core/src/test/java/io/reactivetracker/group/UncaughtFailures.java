// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.util.ArrayList;
import java.util.List;

/** What reaches the uncaught-exception handler of this thread, until closed. */
public final class UncaughtFailures implements AutoCloseable {

    public final List<Throwable> seen = new ArrayList<>();

    private final Thread thread = Thread.currentThread();
    private final Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();

    public UncaughtFailures() {
        thread.setUncaughtExceptionHandler((where, failure) -> seen.add(failure));
    }

    @Override
    public void close() {
        thread.setUncaughtExceptionHandler(before);
    }
}
