// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava.fuzz;

import io.reactivetracker.fuzz.Clockwork;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.concurrent.TimeUnit;

/** A scheduler whose tasks run when the clockwork comes to them. */
final class HandDrivenScheduler extends Scheduler {

    private final Clockwork clockwork;

    HandDrivenScheduler(Clockwork clockwork) {
        this.clockwork = clockwork;
    }

    @Override
    public long now(TimeUnit unit) {
        return unit.convert(clockwork.now(), TimeUnit.MILLISECONDS);
    }

    @Override
    public Worker createWorker() {
        return new HandDrivenWorker(clockwork.line());
    }

    private final class HandDrivenWorker extends Worker {

        private final Clockwork.Line line;

        HandDrivenWorker(Clockwork.Line line) {
            this.line = line;
        }

        @Override
        public Disposable schedule(Runnable action, long delay, TimeUnit unit) {
            Clockwork.Task task = line.schedule(unit.toMillis(delay), action);
            return Disposable.fromRunnable(task::cancel);
        }

        @Override
        public long now(TimeUnit unit) {
            return HandDrivenScheduler.this.now(unit);
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
