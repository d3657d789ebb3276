// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;

/** Makes a pipeline of any type one that a token can end. */
record CancelWithTransformer<T>(CancellationToken token) implements TrackTransformer<T> {

    @Override
    public Flowable<T> apply(Flowable<T> upstream) {
        return RxJavaPlugins.onAssembly(new FlowableCancelWith<>(required(upstream), token));
    }

    @Override
    public Observable<T> apply(Observable<T> upstream) {
        return RxJavaPlugins.onAssembly(new ObservableCancelWith<>(required(upstream), token));
    }

    @Override
    public Single<T> apply(Single<T> upstream) {
        return RxJavaPlugins.onAssembly(new SingleCancelWith<>(required(upstream), token));
    }

    @Override
    public Maybe<T> apply(Maybe<T> upstream) {
        return RxJavaPlugins.onAssembly(new MaybeCancelWith<>(required(upstream), token));
    }

    @Override
    public Completable apply(Completable upstream) {
        return RxJavaPlugins.onAssembly(new CompletableCancelWith(required(upstream), token));
    }

    private static <P> P required(P upstream) {
        return Objects.requireNonNull(upstream, "upstream must not be null");
    }
}
