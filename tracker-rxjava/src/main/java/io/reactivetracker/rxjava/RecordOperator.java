// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.FlowableOperator.requireUpstream;

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
import java.util.Objects;
import java.util.function.Function;
import org.reactivestreams.Publisher;

/**
 * Makes each subscription to a pipeline a task of one key.
 *
 * <p>Each type is treated as a {@code Flowable}. A conversion back holds the value until the {@code Flowable}
 * completes, which it does when the success is recorded.
 */
record RecordOperator<K, T>(TaskRecorder<K> recorder, K key, RecordOptions options) implements TrackTransformer<T> {

    RecordOperator {
        Objects.requireNonNull(recorder, "recorder must not be null");
        Objects.requireNonNull(key, "key must not be null");
        Objects.requireNonNull(options, "options must not be null");
    }

    Flowable<T> defer(Function<? super RecordContext<K>, ? extends Publisher<? extends T>> source) {
        return RecordAsSubscriber.flowable(source, ClaimRequest.task(recorder, key, options));
    }

    /** The value is missing only if the task has joined a success, whose value is not kept. */
    Single<T> single(Flowable<T> recorded) {
        return recorded.singleElement()
                .switchIfEmpty(Single.error(() -> new TaskAlreadyRecordedException(key, TaskStatus.SUCCEEDED)));
    }

    @Override
    public Flowable<T> apply(Flowable<T> upstream) {
        requireUpstream(upstream);
        return defer(context -> upstream);
    }

    @Override
    public Observable<T> apply(Observable<T> upstream) {
        // Neither side requests elements by number, so none can be missing.
        return apply(requireUpstream(upstream).toFlowable(BackpressureStrategy.MISSING))
                .toObservable();
    }

    @Override
    public Single<T> apply(Single<T> upstream) {
        return single(apply(requireUpstream(upstream).toFlowable()));
    }

    @Override
    public Maybe<T> apply(Maybe<T> upstream) {
        return apply(requireUpstream(upstream).toFlowable()).singleElement();
    }

    @Override
    public Completable apply(Completable upstream) {
        return apply(requireUpstream(upstream).<T>toFlowable()).ignoreElements();
    }
}
