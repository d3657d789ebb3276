// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.recorder.LeaseLostException;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.observers.LambdaConsumerIntrospection;

/**
 * Cancellations that have no listener: those of a subscription without a callback for errors, such as {@code subscribe()} or
 * {@code subscribe(onNext)}.
 *
 * <p>RxJava would report each one, with a stack trace, as an error that nobody handles. But a cancelled task is a normal
 * event, so its subscription is left disposed instead.
 */
final class Unheard {

    private Unheard() {}

    /** Returns whether an error is a cancellation, and the downstream has no callback for errors. */
    static boolean isUnheard(Throwable error, Object downstream) {
        return error instanceof TaskCancelledException
                // A lost lease is no normal event: somebody else may do the same work.
                && !(error.getCause() instanceof LeaseLostException)
                && downstream instanceof LambdaConsumerIntrospection observer
                && !observer.hasCustomOnError();
    }

    /** Leaves a downstream disposed: RxJava's observers without a callback for errors are all disposables. */
    static void dispose(Object downstream) {
        if (downstream instanceof Disposable disposable) {
            disposable.dispose();
        }
    }
}
