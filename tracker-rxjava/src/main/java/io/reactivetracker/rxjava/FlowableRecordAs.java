// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.internal.Throwables;
import io.reactivetracker.recorder.ClaimRequest;
import io.reactivetracker.recorder.RecordContext;
import io.reactivetracker.recorder.RecordedExecution;
import io.reactivetracker.recorder.RecordedTask;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableEmitter;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.exceptions.Exceptions;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A {@code Flowable} each of whose subscriptions is a recorded task, or a revoke. */
final class FlowableRecordAs<K, T> extends Flowable<T> {

    private final Function<? super RecordContext<K>, ? extends Publisher<? extends T>> source;
    private final ClaimRequest<K> request;

    /**
     * Makes the operator.
     *
     * @param source makes what a task subscribes to
     * @param request claims the key, for each subscription
     */
    FlowableRecordAs(
            Function<? super RecordContext<K>, ? extends Publisher<? extends T>> source,
            ClaimRequest<K> request) {
        this.source = source;
        this.request = request;
    }

    @Override
    protected void subscribeActual(Subscriber<? super T> downstream) {
        RecordAsSubscriber<K, T> subscriber = new RecordAsSubscriber<>(downstream, source, request);
        // What is requested before there is a source is kept by RxJava's own operator.
        Completable.create(subscriber::begin)
                .<T>andThen(Flowable.defer(subscriber::source))
                .subscribe(subscriber);
    }

    /**
     * One subscription that is a recorded task: passes elements on as they come, and the last signal when the end is recorded.
     *
     * <p>Upstream of it stands what waits for the key; then what lets the task's token end the subscription; then the source.
     */
    private static final class RecordAsSubscriber<K, T> extends RecordedExecution<K>
            implements FlowableSubscriber<T>, Subscription {

        private final Subscriber<? super T> downstream;
        private final Function<? super RecordContext<K>, ? extends Publisher<? extends T>> task;

        private @Nullable Subscription upstream;
        private @Nullable CompletableEmitter gate;
        private @Nullable RecordedTask<K> begun;

        RecordAsSubscriber(
                Subscriber<? super T> downstream,
                Function<? super RecordContext<K>, ? extends Publisher<? extends T>> task,
                ClaimRequest<K> request) {
            super(request);
            this.downstream = downstream;
            this.task = task;
        }

        void begin(CompletableEmitter opensWhenHeld) {
            gate = opensWhenHeld;
            sendRequest();
        }

        @Override
        protected void startWork(RecordedTask<K> held) {
            begun = held;
            try {
                Objects.requireNonNull(gate).onComplete();
            } catch (Throwable failure) {
                // What RxJava may not throw on is told to the downstream.
                Exceptions.throwIfFatal(failure);
                Throwables.runAfter(failure, this::cancelWork);
                workFailed(failure);
            }
        }

        /** The source, once the key is held. */
        Flowable<T> source() {
            RecordedTask<K> held = Objects.requireNonNull(begun);
            Flowable<T> made = Flowable.defer(() -> task.apply(held));
            return new FlowableCancelWith<>(made, held.cancellationToken()).<T>lift(SourceSubscriber::new);
        }

        /** Stands below the source, and passes every signal on: there the source's subscription comes first. */
        private final class SourceSubscriber implements FlowableSubscriber<T> {

            private final Subscriber<? super T> next;

            SourceSubscriber(Subscriber<? super T> next) {
                this.next = next;
            }

            @Override
            public void onSubscribe(Subscription s) {
                if (isCancelled()) {
                    s.cancel();
                }
                workStarted(() -> next.onSubscribe(s));
            }

            @Override
            public void onNext(T element) {
                next.onNext(element);
            }

            @Override
            public void onError(Throwable error) {
                next.onError(error);
            }

            @Override
            public void onComplete() {
                next.onComplete();
            }
        }

        @Override
        public void onSubscribe(Subscription s) {
            upstream = s;
            downstream.onSubscribe(this);
        }

        @Override
        public void onNext(T element) {
            try {
                downstream.onNext(element);
            } catch (Throwable failure) {
                abort(failure);
                throw failure;
            }
        }

        @Override
        public void onError(Throwable error) {
            workFailed(error);
        }

        @Override
        public void onComplete() {
            workSucceeded();
        }

        @Override
        public void request(long n) {
            if (upstream == null) {
                return;
            }
            try {
                upstream.request(n);
            } catch (Throwable failure) {
                abort(failure);
                throw failure;
            }
        }

        @Override
        public void cancel() {
            cancelExecution();
        }

        @Override
        protected void cancelWork() {
            if (upstream != null) {
                upstream.cancel();
            }
        }

        @Override
        protected void emitComplete() {
            downstream.onComplete();
        }

        @Override
        protected void emitError(Throwable error) {
            downstream.onError(error);
        }

        @Override
        protected void drop(Throwable error) {
            RxJavaPlugins.onError(error);
        }
    }
}
