// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.internal.CancellableSignals;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.exceptions.ProtocolViolationException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.jspecify.annotations.Nullable;

/**
 * One subscription, to a source without back-pressure, that a {@link CancellationToken} can end: what is the same for
 * all four types of it. A type adds how its own downstream is spoken to.
 */
abstract class CancelWithObserver extends CancellableSignals implements Disposable {

    private @Nullable Disposable upstream;

    CancelWithObserver(CancellationToken token) {
        super(token);
    }

    /** Passes {@code onSubscribe(this)} on. */
    abstract void passOnSubscribe();

    public final void onSubscribe(Disposable d) {
        if (upstream != null) {
            d.dispose();
            RxJavaPlugins.onError(new ProtocolViolationException("Disposable already set!"));
            return;
        }
        upstream = d;
        listen();
        try {
            passOnSubscribe();
        } finally {
            leaveAndTell();
        }
    }

    public final void onError(Throwable error) {
        if (end()) {
            passOnError(error);
        } else if (!isReasonForCut(error)) {
            RxJavaPlugins.onError(error);
        }
    }

    /** The downstream's cancel: it is told nothing any more, unless it is being told already. */
    @Override
    public final void dispose() {
        end();
        cancelUpstream();
    }

    @Override
    protected final void cancelUpstream() {
        if (upstream != null) {
            upstream.dispose();
        }
    }

    @Override
    public final boolean isDisposed() {
        return upstream != null && upstream.isDisposed();
    }
}
