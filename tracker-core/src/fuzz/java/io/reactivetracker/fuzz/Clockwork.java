// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Simulates time and threads in one thread. Tasks run in sequence, ordered by time, then by the preference of their
 * lines, then by submission.
 *
 * <p>With real threads each line is one of them, and time passes by itself.
 */
public final class Clockwork {

    private static final int MAX_STEPS = 4_000;

    private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.<Task>comparingLong(task -> task.time)
            .thenComparingInt(task -> task.line.preference)
            .thenComparingLong(task -> task.number));
    private final World world;
    private final RealThreads threads;
    private final long seed;
    private int lines;
    private long numbers;
    private long now;
    private int steps;

    Clockwork(World world, long seed, RealThreads threads) {
        this.world = world;
        this.seed = seed;
        this.threads = threads;
    }

    /** Returns the time. */
    public long now() {
        return threads == null ? now : threads.now();
    }

    /** Returns a new line. Its tasks that are due at the same time run in submission order. */
    public Line line() {
        return new Line();
    }

    private synchronized int nextLine() {
        return lines++;
    }

    /** Runs a task in its thread. */
    private void run(Task task) {
        if (task.isDue() && threads.canRetry()) {
            try {
                task.action.run();
            } catch (Throwable escaped) {
                world.escaped(escaped);
            }
        }
    }

    /** Runs all due and later tasks, and the tasks they add, until the world is stopped. */
    void runAll() {
        for (Task task = tasks.poll(); task != null && steps < MAX_STEPS; task = tasks.poll()) {
            if (world.isEndless()) {
                return;
            }
            if (!task.isDue()) {
                continue;
            }
            steps++;
            now = Math.max(now, task.time);
            try {
                task.action.run();
            } catch (Throwable escaped) {
                if (!world.isEndless()) {
                    world.escaped(escaped);
                }
            }
        }
    }

    /** Tasks that run in sequence, like those of one thread. */
    public final class Line {

        private final int number = nextLine();
        private final int preference = (int) (((seed + number) * 0x9E3779B97F4A7C15L) >>> 60);
        private volatile boolean closed;

        private Line() {}

        /** Runs an action later. */
        public Task schedule(long delay, Runnable action) {
            if (threads != null) {
                Task task = new Task(this, 0, 0, action);
                threads.schedule(number, delay, () -> Clockwork.this.run(task));
                return task;
            }
            Task task = new Task(this, now + Math.max(0, delay), numbers++, action);
            tasks.add(task);
            return task;
        }

        /** Discards all tasks; later ones are discarded too. */
        public void close() {
            closed = true;
        }

        /** Returns whether this was closed. */
        public boolean isClosed() {
            return closed;
        }
    }

    /** A scheduled task. */
    public static final class Task {

        private final Line line;
        private final long time;
        private final long number;
        private final Runnable action;
        private volatile boolean cancelled;

        private Task(Line line, long time, long number, Runnable action) {
            this.line = line;
            this.time = time;
            this.number = number;
            this.action = action;
        }

        private boolean isDue() {
            return !cancelled && !line.closed;
        }

        /** Discards this task. */
        public void cancel() {
            cancelled = true;
        }

        /** Returns whether this task was discarded. */
        public boolean isCancelled() {
            return cancelled;
        }
    }
}
