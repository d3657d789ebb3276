// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.adapter.SecondaryFailures;
import io.reactivetracker.recorder.ClaimRequest;
import io.reactivetracker.recorder.RecordContext;
import io.reactivetracker.recorder.RecordedSubscription;
import io.reactivetracker.recorder.RecordedTask;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.exceptions.Exceptions;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One subscription that is a recorded task: passes elements on as they come, and the last signal when the end is
 * recorded.
 *
 * <p>Its upstream is a {@link CancellableSubscriber}, by which the task's token can end the subscription.
 */
final class RecordAsSubscriber<K, T> extends RecordedSubscription<K, T> implements FlowableSubscriber<T>, Subscription {

    private final Subscriber<? super T> downstream;
    private final Function<? super RecordContext<K>, ? extends Publisher<? extends T>> source;
    private final DeferredSubscription upstream = new DeferredSubscription();

    private RecordAsSubscriber(
            Subscriber<? super T> downstream,
            Function<? super RecordContext<K>, ? extends Publisher<? extends T>> source,
            ClaimRequest<K> request) {
        super(request);
        this.downstream = downstream;
        this.source = source;
    }

    /**
     * Returns a {@code Flowable} each of whose subscriptions is a recorded task, or a revoke.
     *
     * @param source makes what a task subscribes to
     * @param request claims the key, for each subscription
     */
    static <K, T> Flowable<T> flowable(
            Function<? super RecordContext<K>, ? extends Publisher<? extends T>> source, ClaimRequest<K> request) {
        return Flowable.unsafeCreate(downstream -> {
            RecordAsSubscriber<K, T> subscriber = new RecordAsSubscriber<>(downstream, source, request);
            downstream.onSubscribe(subscriber);
            subscriber.sendRequest();
        });
    }

    @Override
    protected void startWork(RecordedTask<K> begun) {
        try {
            CancellableSubscriber.subscribe(Flowable.defer(() -> source.apply(begun)), this, begun.cancellationToken());
        } catch (Throwable failure) {
            // The rules of RxJava forbid to throw anything but a fatal error, so the downstream is told.
            Exceptions.throwIfFatal(failure);
            SecondaryFailures.runAfter(failure, this::cancelWork);
            workFailed(failure);
        }
    }

    @Override
    public void onSubscribe(Subscription s) {
        // The upstream is set first: a cancel that comes now cancels it before the key is given back.
        long demand = upstream.set(s);
        if (demand > 0) {
            workStarted(() -> s.request(demand));
        } else {
            workStarted();
        }
    }

    @Override
    protected void passOn(T element) {
        downstream.onNext(element);
    }

    @Override
    protected void requestUpstream(long n) {
        upstream.request(n);
    }

    @Override
    protected void cancelWork() {
        upstream.cancel();
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
