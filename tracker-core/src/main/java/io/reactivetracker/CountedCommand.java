// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.CurrentTask;
import java.util.Objects;
import java.util.concurrent.Executor;

/** A command that is counted until it has run. While it runs it is the {@linkplain CurrentTask current task}. */
record CountedCommand(TaskToken token, Runnable command) implements Runnable {

    /** Counts a command and executes it. It is not counted any more if the executor throws. */
    static void execute(TaskTracker tracker, Executor executor, Runnable command) {
        Objects.requireNonNull(command, "command must not be null");
        TaskToken token = tracker.token();
        try {
            executor.execute(new CountedCommand(token, command));
        } catch (Throwable rejected) {
            token.close();
            throw rejected;
        }
    }

    @Override
    public void run() {
        try (token) {
            Object outer = CurrentTask.swap(token);
            try {
                command.run();
            } finally {
                CurrentTask.swap(outer);
            }
        }
    }
}
