// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava.fuzz;

import io.reactivetracker.rxjava.TrackTransformer;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import java.util.function.UnaryOperator;

/**
 * A step of the reference for all types: they are converted to a {@code Flowable} before it, and back after it.
 *
 * @param step the step
 * @param hidesResult whether RxJava may not look through the conversion from downstream of it
 */
record Converted(UnaryOperator<Flowable<Object>> step, boolean hidesResult) implements TrackTransformer<Object> {

    @Override
    public Flowable<Object> apply(Flowable<Object> source) {
        return step.apply(source);
    }

    @Override
    public Observable<Object> apply(Observable<Object> source) {
        Observable<Object> result =
                step.apply(source.toFlowable(BackpressureStrategy.MISSING)).toObservable();
        return hidesResult ? result.hide() : result;
    }

    @Override
    public Maybe<Object> apply(Maybe<Object> source) {
        Maybe<Object> result = step.apply(source.toFlowable()).singleElement();
        return hidesResult ? result.hide() : result;
    }

    @Override
    public Single<Object> apply(Single<Object> source) {
        Single<Object> result = step.apply(source.toFlowable()).singleOrError();
        return hidesResult ? result.hide() : result;
    }

    @Override
    public Completable apply(Completable source) {
        Completable result = step.apply(source.toFlowable()).ignoreElements();
        return hidesResult ? result.hide() : result;
    }
}
