// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.Objects;

/** One tracked subscription to a source without back-pressure, of any of the four types. */
abstract class TrackedObserver extends TrackedSignals<Disposable> implements Disposable {

    TrackedObserver(TaskTracker tracker, TaskOptions options) {
        super(tracker, options);
    }

    public final void onSubscribe(Disposable d) {
        subscribed(Objects.requireNonNull(d, "disposable must not be null"));
    }

    @Override
    public final void dispose() {
        cancelUpstream();
    }

    @Override
    public final boolean isDisposed() {
        return upstream != null && upstream.isDisposed();
    }

    @Override
    final void cancel(Disposable disposable) {
        disposable.dispose();
    }
}
