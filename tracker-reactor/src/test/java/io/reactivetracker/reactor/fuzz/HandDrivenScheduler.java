// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor.fuzz;

import io.reactivetracker.fuzz.Clockwork;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** A scheduler whose tasks the clockwork runs when their time comes. */
final class HandDrivenScheduler implements Scheduler {

    private final Clockwork clockwork;

    HandDrivenScheduler(Clockwork clockwork) {
        this.clockwork = clockwork;
    }

    @Override
    public Disposable schedule(Runnable task) {
        return schedule(clockwork.line(), task, 0);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return schedule(clockwork.line(), task, unit.toMillis(delay));
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return createWorker().schedulePeriodically(task, initialDelay, period, unit);
    }

    @Override
    public long now(TimeUnit unit) {
        return unit.convert(clockwork.now(), TimeUnit.MILLISECONDS);
    }

    @Override
    public Worker createWorker() {
        return new HandDrivenWorker(clockwork.line());
    }

    private static Disposable schedule(Clockwork.Line line, Runnable action, long delay) {
        Clockwork.Task task = line.schedule(delay, action);
        return task::cancel;
    }

    private static final class HandDrivenWorker implements Worker {

        private final Clockwork.Line line;

        HandDrivenWorker(Clockwork.Line line) {
            this.line = line;
        }

        @Override
        public Disposable schedule(Runnable task) {
            return HandDrivenScheduler.schedule(line, task, 0);
        }

        @Override
        public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
            return HandDrivenScheduler.schedule(line, task, unit.toMillis(delay));
        }

        @Override
        public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
            line.schedule(unit.toMillis(initialDelay), new Runnable() {
                @Override
                public void run() {
                    task.run();
                    line.schedule(unit.toMillis(period), this);
                }
            });
            return this;
        }

        @Override
        public void dispose() {
            line.close();
        }

        @Override
        public boolean isDisposed() {
            return line.isClosed();
        }
    }
}
