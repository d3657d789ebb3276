// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.recorder.ClaimRequest;
import io.reactivetracker.recorder.RecordContext;
import io.reactivetracker.recorder.RecordedSubscription;
import io.reactivetracker.recorder.RecordedTask;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription that is a recorded task: passes elements on as they come, and the last signal when the end is
 * recorded.
 *
 * <p>Its upstream is a {@link CancelWithSubscriber}, by which the task's token ends the subscription, on the source.
 */
final class RecordAsSubscriber<K, T> extends RecordedSubscription<K, T>
        implements CoreSubscriber<T>, Subscription, Scannable {

    private final CoreSubscriber<? super T> actual;
    private final CorePublisher<? extends T> source;

    // The store answers in threads of its own.
    private final Executor threadLocals = SubscriberThreadLocals.capture();

    private final DeferredSubscription upstream = new DeferredSubscription();

    // Has the task in it before the upstream reads it.
    private Context context;

    private RecordAsSubscriber(
            CoreSubscriber<? super T> actual, CorePublisher<? extends T> source, ClaimRequest<K> request) {
        super(request);
        this.actual = actual;
        this.source = source;
        this.context = actual.currentContext();
    }

    static <K, T> void subscribe(
            CorePublisher<? extends T> source, CoreSubscriber<? super T> actual, ClaimRequest<K> request) {
        RecordAsSubscriber<K, T> subscriber = new RecordAsSubscriber<>(actual, source, request);
        actual.onSubscribe(subscriber);
        subscriber.sendRequest();
    }

    @Override
    protected void startWork(RecordedTask<K> begun) {
        context = context.put(RecordContext.class, begun);
        threadLocals.execute(() -> CancelWithSubscriber.subscribe(source, this, begun.cancellationToken()));
    }

    @Override
    public void onSubscribe(Subscription s) {
        long demand = upstream.set(s);
        if (demand > 0) {
            workStarted(() -> s.request(demand));
        } else {
            workStarted();
        }
    }

    @Override
    protected void passOn(T element) {
        actual.onNext(element);
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
        threadLocals.execute(actual::onComplete);
    }

    @Override
    protected void emitError(Throwable error) {
        threadLocals.execute(() -> actual.onError(error));
    }

    @Override
    protected void drop(Throwable error) {
        Operators.onErrorDropped(error, context);
    }

    @Override
    public Context currentContext() {
        return context;
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.ACTUAL) {
            return actual;
        }
        if (key == Attr.TERMINATED) {
            return isEnded() && !isCancelled();
        }
        if (key == Attr.CANCELLED) {
            return isCancelled();
        }
        if (key == Attr.RUN_STYLE) {
            return Attr.RunStyle.ASYNC;
        }
        return key == Attr.PARENT ? upstream.parent() : null;
    }
}
