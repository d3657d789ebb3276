// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import java.util.function.Function;

/** Completes each subscription when a tracker or a group is closed. A {@code Single} cannot complete, so it fails. */
final class UntilClosedOperator<T> implements TrackTransformer<T> {

    private final FlowableOperator<T> operator;
    private final String single;

    /**
     * Creates an operator.
     *
     * @param close registers an action for the close
     * @param closed describes what is closed, for the error of a {@code Single}
     */
    UntilClosedOperator(Function<Runnable, Registration> close, String closed) {
        this.operator = new FlowableOperator<>(source -> UntilClosedSubscriber.flowable(source, close));
        this.single = "a Single that waits no longer than until the close of " + closed;
    }

    @Override
    public Flowable<T> apply(Flowable<T> upstream) {
        return operator.apply(upstream);
    }

    @Override
    public Observable<T> apply(Observable<T> upstream) {
        return operator.apply(upstream);
    }

    @Override
    public Single<T> apply(Single<T> upstream) {
        return operator.apply(FlowableOperator.requireUpstream(upstream).toMaybe())
                .switchIfEmpty(Single.error(() -> TaskCancelledException.of(single, null)))
                .lift(CancellationFilter::of);
    }

    @Override
    public Maybe<T> apply(Maybe<T> upstream) {
        return operator.apply(upstream);
    }

    @Override
    public Completable apply(Completable upstream) {
        return operator.apply(upstream);
    }
}
