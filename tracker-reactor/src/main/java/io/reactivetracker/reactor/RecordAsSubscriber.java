// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.recorder.RecordedSignals;
import io.reactivetracker.recorder.RecordContext;
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
 * One subscription that is a recorded task: passes elements on as they come, and the last signal when the end is recorded.
 *
 * <p>Upstream of it stands what lets the task's token end the subscription, and then the source.
 */
final class RecordAsSubscriber<K, T> extends RecordedSignals<K> implements CoreSubscriber<T>, Subscription, Scannable {

    private final CoreSubscriber<? super T> actual;
    private final CorePublisher<? extends T> source;

    // The recorder answers in threads of its store.
    private final Executor threadLocals = SubscriberThreadLocals.capture();

    /** Keeps what is requested until there is an upstream to request it from. */
    private final DeferredUpstream upstream = new DeferredUpstream();

    // The thread that subscribes to the source, while it does: it looks at what was thrown when subscribe() has
    // returned.
    private volatile @Nullable Thread subscribing;

    private @Nullable Throwable thrownByUpstream;

    // With the attempt in it before the upstream can ask for it.
    private Context context;

    private RecordAsSubscriber(
            CoreSubscriber<? super T> actual, CorePublisher<? extends T> source, Question<K> question) {
        super(question);
        this.actual = actual;
        this.source = source;
        this.context = actual.currentContext();
    }

    static <K, T> void subscribe(
            CorePublisher<? extends T> source, CoreSubscriber<? super T> actual, Question<K> question) {
        RecordAsSubscriber<K, T> subscriber = new RecordAsSubscriber<>(actual, source, question);
        actual.onSubscribe(subscriber);
        subscriber.begin();
    }

    @Override
    protected void subscribeUpstream(RecordedTask<K> begun) {
        context = context.put(RecordContext.class, begun);
        subscribing = Thread.currentThread();
        try {
            threadLocals.execute(() -> CancelWithSubscriber.subscribe(source, this, begun.cancellationToken()));
        } finally {
            subscribing = null;
        }
        Throwable failure = thrownByUpstream;
        if (failure != null && !hasEnded()) {
            // It was thrown at the first request, and an operator on the way up has told nobody.
            failed(failure);
        }
    }

    @Override
    public void onSubscribe(Subscription s) {
        boolean isSet = upstream.set(s);
        upstreamKnown();
        if (isSet) {
            try {
                upstream.requestKept();
            } catch (Throwable failure) {
                if (Thread.currentThread().equals(subscribing)) {
                    thrownByUpstream = failure;
                } else {
                    // The source calls onSubscribe after its subscribe() has returned, and nobody looks any more.
                    thrown(failure);
                }
                throw failure;
            }
        }
    }

    @Override
    public void onNext(T element) {
        try {
            actual.onNext(element);
        } catch (Throwable failure) {
            thrown(failure);
            throw failure;
        }
    }

    @Override
    public void onError(Throwable error) {
        failed(error);
    }

    @Override
    public void onComplete() {
        completed();
    }

    @Override
    public void request(long n) {
        try {
            upstream.request(n);
        } catch (Throwable failure) {
            thrown(failure);
            throw failure;
        }
    }

    @Override
    public void cancel() {
        cancelled();
    }

    @Override
    protected void cancelUpstream() {
        upstream.cancel();
    }

    @Override
    protected void passOnComplete() {
        threadLocals.execute(actual::onComplete);
    }

    @Override
    protected void passOnError(Throwable error) {
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
            return hasEnded() && !isCancelled();
        }
        if (key == Attr.CANCELLED) {
            return isCancelled();
        }
        if (key == Attr.RUN_STYLE) {
            return Attr.RunStyle.ASYNC;
        }
        return key == Attr.PARENT ? upstream.upstream() : null;
    }
}
