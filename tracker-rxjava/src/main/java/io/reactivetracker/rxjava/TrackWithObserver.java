// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.Failures;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.exceptions.ProtocolViolationException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.jspecify.annotations.Nullable;

/**
 * One tracked subscription to a source without back-pressure: what is the same for all four types of it.
 *
 * <p>It passes every signal on, and is the token that counts it: until a terminal signal was delivered downstream,
 * {@code upstream.dispose()} returned, or one side threw, whichever is first. A type adds how its own downstream is
 * spoken to.
 */
abstract class TrackWithObserver extends TaskToken implements Disposable {

    @Nullable
    Disposable upstream;

    boolean done;

    TrackWithObserver(TaskTracker tracker, TaskOptions options) {
        super(tracker, options);
    }

    /** Passes {@code onSubscribe(this)} on. */
    abstract void passOnSubscribe();

    /** Passes an error on. */
    abstract void passOnError(Throwable error);

    public final void onSubscribe(Disposable d) {
        if (upstream != null) {
            d.dispose();
            RxJavaPlugins.onError(new ProtocolViolationException("Disposable already set!"));
            return;
        }
        upstream = d;
        try {
            passOnSubscribe();
        } catch (Throwable failure) {
            disposeAfter(failure);
            throw failure;
        }
    }

    public final void onError(Throwable error) {
        if (done) {
            RxJavaPlugins.onError(error);
            return;
        }
        done = true;
        try (this) {
            passOnError(error);
        }
    }

    @Override
    public final void dispose() {
        try (this) {
            if (upstream != null) {
                upstream.dispose();
            }
        }
    }

    @Override
    public final boolean isDisposed() {
        return upstream != null && upstream.isDisposed();
    }

    /** What has thrown is over; whatever else goes wrong must not hide why. */
    final void disposeAfter(Throwable failure) {
        Failures.runAfter(failure, this::dispose);
    }
}
