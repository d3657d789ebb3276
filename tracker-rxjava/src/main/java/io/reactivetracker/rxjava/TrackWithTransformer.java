// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;

/** Makes a pipeline of any type a tracked one. */
record TrackWithTransformer<T>(TaskTracker tracker, TaskOptions options) implements TrackTransformer<T> {

    @Override
    public Flowable<T> apply(Flowable<T> upstream) {
        return RxJavaPlugins.onAssembly(new FlowableTrackWith<>(required(upstream), tracker, options));
    }

    @Override
    public Observable<T> apply(Observable<T> upstream) {
        return RxJavaPlugins.onAssembly(new ObservableTrackWith<>(required(upstream), tracker, options));
    }

    @Override
    public Single<T> apply(Single<T> upstream) {
        return RxJavaPlugins.onAssembly(new SingleTrackWith<>(required(upstream), tracker, options));
    }

    @Override
    public Maybe<T> apply(Maybe<T> upstream) {
        return RxJavaPlugins.onAssembly(new MaybeTrackWith<>(required(upstream), tracker, options));
    }

    @Override
    public Completable apply(Completable upstream) {
        return RxJavaPlugins.onAssembly(new CompletableTrackWith(required(upstream), tracker, options));
    }

    private static <P> P required(P upstream) {
        return Objects.requireNonNull(upstream, "upstream must not be null");
    }
}
