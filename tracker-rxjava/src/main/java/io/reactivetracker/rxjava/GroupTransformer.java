// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;

/**
 * Makes the subscriptions of a pipeline of any type tasks of a group.
 *
 * <p>All of them are tasks as a {@code Flowable} is one; a conversion back delivers its last signal from within that of
 * the {@code Flowable}, so that a task ends after delivery whatever its type.
 */
record GroupTransformer<T>(TaskGroup group, TaskOptions options) implements TrackTransformer<T> {

    @Override
    public Flowable<T> apply(Flowable<T> upstream) {
        Objects.requireNonNull(upstream, "upstream must not be null");
        return RxJavaPlugins.onAssembly(new FlowableTrackInGroup<>(task -> upstream, group, options));
    }

    @Override
    public Observable<T> apply(Observable<T> upstream) {
        Objects.requireNonNull(upstream, "upstream must not be null");
        // Nothing is asked for by number on either side, so nothing can be missing.
        return apply(upstream.toFlowable(BackpressureStrategy.MISSING)).toObservable();
    }

    @Override
    public Single<T> apply(Single<T> upstream) {
        Objects.requireNonNull(upstream, "upstream must not be null");
        return apply(upstream.toFlowable()).singleOrError();
    }

    @Override
    public Maybe<T> apply(Maybe<T> upstream) {
        Objects.requireNonNull(upstream, "upstream must not be null");
        return apply(upstream.toFlowable()).singleElement();
    }

    @Override
    public Completable apply(Completable upstream) {
        Objects.requireNonNull(upstream, "upstream must not be null");
        return apply(upstream.<T>toFlowable()).ignoreElements();
    }
}
