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
        return RxJavaPlugins.onAssembly(new FlowableTrackInGroup<T>(task -> upstream, group, options, null));
    }

    @Override
    public Observable<T> apply(Observable<T> upstream) {
        Objects.requireNonNull(upstream, "upstream must not be null");
        // Nothing is asked for by number on either side, so nothing can be missing.
        Flowable<T> source = upstream.toFlowable(BackpressureStrategy.MISSING);
        return Observable.unsafeCreate(
                observer -> tasks(source, observer).toObservable().subscribe(observer));
    }

    @Override
    public Single<T> apply(Single<T> upstream) {
        Objects.requireNonNull(upstream, "upstream must not be null");
        Flowable<T> source = upstream.toFlowable();
        return Single.unsafeCreate(
                observer -> tasks(source, observer).singleOrError().subscribe(observer));
    }

    @Override
    public Maybe<T> apply(Maybe<T> upstream) {
        Objects.requireNonNull(upstream, "upstream must not be null");
        Flowable<T> source = upstream.toFlowable();
        return Maybe.unsafeCreate(
                observer -> tasks(source, observer).singleElement().subscribe(observer));
    }

    @Override
    public Completable apply(Completable upstream) {
        Objects.requireNonNull(upstream, "upstream must not be null");
        Flowable<T> source = upstream.toFlowable();
        return Completable.unsafeCreate(
                observer -> tasks(source, observer).ignoreElements().subscribe(observer));
    }

    /** The conversion is made for each subscription: it hides from a task whether its observer has a callback for errors. */
    private Flowable<T> tasks(Flowable<T> source, Object observer) {
        return new FlowableTrackInGroup<>(task -> source, group, options, observer);
    }
}
