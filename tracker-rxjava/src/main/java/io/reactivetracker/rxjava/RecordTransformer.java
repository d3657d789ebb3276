// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.recorder.ClaimRequest;
import io.reactivetracker.recorder.RecordContext;
import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.TaskAlreadyRecordedException;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;
import java.util.function.Function;
import org.reactivestreams.Publisher;

/**
 * Makes the subscriptions of a pipeline of any type tasks of one key.
 *
 * <p>All of them are tasks as a {@code Flowable} is one; a conversion back holds the value until the completion of the
 * {@code Flowable}, which comes when the success is recorded.
 */
record RecordTransformer<K, T>(TaskRecorder<K> recorder, K key, RecordOptions options) implements TrackTransformer<T> {

    RecordTransformer {
        Objects.requireNonNull(recorder, "recorder must not be null");
        Objects.requireNonNull(key, "key must not be null");
        Objects.requireNonNull(options, "options must not be null");
    }

    Flowable<T> defer(Function<? super RecordContext<K>, ? extends Publisher<? extends T>> source) {
        return RxJavaPlugins.onAssembly(
                new FlowableRecordAs<K, T>(source, ClaimRequest.task(recorder, key, options)));
    }

    /** There is always a value, unless the task has joined a success, of which the value was not kept. */
    Single<T> single(Flowable<T> recorded) {
        return recorded.singleElement()
                .switchIfEmpty(Single.error(() -> new TaskAlreadyRecordedException(key, TaskStatus.SUCCEEDED)));
    }

    @Override
    public Flowable<T> apply(Flowable<T> upstream) {
        Objects.requireNonNull(upstream, "upstream must not be null");
        return defer(attempt -> upstream);
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
        return single(apply(upstream.toFlowable()));
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
