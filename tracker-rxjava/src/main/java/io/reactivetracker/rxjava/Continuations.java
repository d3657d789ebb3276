// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.group.Continuation;
import io.reactivetracker.adapter.GroupTask;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableSource;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeSource;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleSource;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;

/** What the next attempt of a task subscribes to. */
final class Continuations {

    private Continuations() {}

    /** The task's own source, unless its policy has put something else in its place. */
    @SuppressWarnings("unchecked") // a continuation must fit its task, as it says
    static <T> Publisher<? extends T> orElse(GroupTask task, Supplier<? extends Publisher<? extends T>> source) {
        Continuation continuation = task.continuation();
        return continuation == null ? source.get() : (Publisher<? extends T>) adapt(continuation.resume(task));
    }

    private static Publisher<?> adapt(Object next) {
        if (next instanceof Publisher<?> publisher) {
            return publisher;
        }
        if (next instanceof ObservableSource<?> observable) {
            return Observable.wrap(observable).toFlowable(BackpressureStrategy.BUFFER);
        }
        if (next instanceof SingleSource<?> single) {
            return Single.wrap(single).toFlowable();
        }
        if (next instanceof MaybeSource<?> maybe) {
            return Maybe.wrap(maybe).toFlowable();
        }
        if (next instanceof CompletableSource completable) {
            return Completable.wrap(completable).toFlowable();
        }
        if (next instanceof CompletionStage<?> stage) {
            return Flowable.fromCompletionStage(stage);
        }
        throw new IllegalStateException(
                "a continuation of an RxJava task must make a source of RxJava, a Publisher or a CompletionStage, but made "
                        + (next == null ? "null" : next.getClass().getName()));
    }
}
