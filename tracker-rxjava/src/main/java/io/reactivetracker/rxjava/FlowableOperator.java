// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * An operator for all five types that treats each as a {@code Flowable}.
 *
 * <p>A conversion back delivers its last signal from within that of the {@code Flowable}, so a task ends after
 * delivery whatever its type. The conversion hides whether the observer has a callback for errors, so a {@link
 * CancellationFilter} follows it.
 */
record FlowableOperator<T>(UnaryOperator<Flowable<T>> operator) implements TrackTransformer<T> {

    @Override
    public Flowable<T> apply(Flowable<T> upstream) {
        return operator.apply(requireUpstream(upstream));
    }

    @Override
    public Observable<T> apply(Observable<T> upstream) {
        // Neither side requests elements by number, so none can be missing.
        Observable<T> converted = apply(requireUpstream(upstream).toFlowable(BackpressureStrategy.MISSING))
                .toObservable();
        return OwnPublishers.observable(downstream -> converted.subscribe(CancellationFilter.of(downstream)));
    }

    @Override
    public Single<T> apply(Single<T> upstream) {
        Single<T> converted = apply(requireUpstream(upstream).toFlowable()).singleOrError();
        return OwnPublishers.single(downstream -> converted.subscribe(CancellationFilter.of(downstream)));
    }

    @Override
    public Maybe<T> apply(Maybe<T> upstream) {
        Maybe<T> converted = apply(requireUpstream(upstream).toFlowable()).singleElement();
        return OwnPublishers.maybe(downstream -> converted.subscribe(CancellationFilter.of(downstream)));
    }

    @Override
    public Completable apply(Completable upstream) {
        Completable converted = apply(requireUpstream(upstream).<T>toFlowable()).ignoreElements();
        return OwnPublishers.completable(downstream -> converted.subscribe(CancellationFilter.of(downstream)));
    }

    static <P> P requireUpstream(P upstream) {
        return Objects.requireNonNull(upstream, "upstream must not be null");
    }
}
