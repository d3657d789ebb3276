// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.Objects;

/** One subscription, to a source without back-pressure of any of the four types, that a token can end. */
abstract class CancellableObserver extends CancellableSubscription<Disposable> implements Disposable {

    CancellableObserver(CancellationToken token) {
        super(token);
    }

    public final void onSubscribe(Disposable d) {
        subscribed(Objects.requireNonNull(d, "disposable must not be null"));
    }

    @Override
    public final void dispose() {
        cancelForDownstream();
    }

    @Override
    public final boolean isDisposed() {
        Disposable known = upstream;
        return known != null && known.isDisposed();
    }

    @Override
    final void cancel(Disposable disposable) {
        disposable.dispose();
    }
}
