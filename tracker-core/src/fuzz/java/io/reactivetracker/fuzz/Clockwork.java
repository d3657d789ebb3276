// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Time, and threads that take turns, for one thread: tasks run one after the other, by time, then by a preference among the
 * lines that they stand in, then in the order of their coming.
 */
public final class Clockwork {

    private static final int MAX_STEPS = 4_000;

    private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.<Task>comparingLong(task -> task.time)
            .thenComparingInt(task -> task.line.preference)
            .thenComparingLong(task -> task.number));
    private final World world;
    private final long seed;
    private int lines;
    private long numbers;
    private long now;
    private int steps;

    Clockwork(World world, long seed) {
        this.world = world;
        this.seed = seed;
    }

    /** Returns the time. */
    public long now() {
        return now;
    }

    /** Returns a new line: tasks of it that are due at the same time run in the order of their coming. */
    public Line line() {
        return new Line();
    }

    /** Runs everything that is due now or later, and what comes of it, until the world is stopped. */
    void runAll() {
        for (Task task = tasks.poll(); task != null && steps < MAX_STEPS; task = tasks.poll()) {
            if (world.isEndless()) {
                return;
            }
            if (task.cancelled || task.line.closed) {
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

    /** Tasks in a row, like those of one thread. */
    public final class Line {

        private final int preference = (int) (((seed + lines++) * 0x9E3779B97F4A7C15L) >>> 60);
        private boolean closed;

        private Line() {}

        /** Runs an action later. */
        public Task schedule(long delay, Runnable action) {
            Task task = new Task(this, now + Math.max(0, delay), numbers++, action);
            tasks.add(task);
            return task;
        }

        /** Forgets all tasks, those to come as well. */
        public void close() {
            closed = true;
        }

        /** Returns whether this was closed. */
        public boolean isClosed() {
            return closed;
        }
    }

    /** A task to come. */
    public static final class Task {

        private final Line line;
        private final long time;
        private final long number;
        private final Runnable action;
        private boolean cancelled;

        private Task(Line line, long time, long number, Runnable action) {
            this.line = line;
            this.time = time;
            this.number = number;
            this.action = action;
        }

        /** Forgets this task. */
        public void cancel() {
            cancelled = true;
        }

        /** Returns whether it was forgotten. */
        public boolean isCancelled() {
            return cancelled;
        }
    }
}
