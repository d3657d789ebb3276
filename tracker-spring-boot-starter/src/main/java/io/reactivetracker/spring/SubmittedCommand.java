// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.lang.ref.Cleaner;
import java.util.concurrent.Future;

/**
 * A command that counts as a task from its submission to an executor.
 *
 * <p>An executor may drop a command without a word. Such a command cannot run any more once nothing refers to it, and
 * then its task ends.
 */
final class SubmittedCommand implements Runnable {

    private static final Cleaner DROPPED = Cleaner.create();

    private final BackgroundTask task;
    private final Runnable command;

    /** Creates a command that its executor, or this thread, certainly runs. */
    SubmittedCommand(BackgroundTask task, Runnable command) {
        this.task = task;
        this.command = command;
    }

    /** Creates a command whose task also ends if its executor drops it. */
    static SubmittedCommand of(BackgroundTask task, Runnable command) {
        SubmittedCommand submitted = new SubmittedCommand(task, command);
        endIfDropped(submitted, task);
        return submitted;
    }

    /** Ends a task when the object that would run it is unreachable. The task must not refer to that object. */
    static void endIfDropped(Object runs, BackgroundTask task) {
        Cleaner.Cleanable unused = DROPPED.register(runs, task::discard);
    }

    /** Ends the task of a command that its executor has refused. */
    void discard() {
        task.discard();
    }

    /** Ends the task of a command that will not run, and returns the command as it was submitted. */
    Runnable withdraw() {
        task.discard();
        return command;
    }

    @Override
    public void run() {
        switch (task.begin()) {
            case COUNTED -> {
                boolean unused = task.run(() -> {
                    command.run();
                    return true;
                });
            }
            case UNCOUNTED -> command.run();
            case CANCELLED -> {
                // Its caller may wait for it.
                if (command instanceof Future<?> future) {
                    boolean unusedWasRunning = future.cancel(false);
                }
            }
        }
    }

    @Override
    public String toString() {
        return command.toString();
    }
}
