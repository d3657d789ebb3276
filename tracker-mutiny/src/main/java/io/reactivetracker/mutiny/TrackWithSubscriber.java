// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.adapter.TaskSignals;
import io.smallrye.mutiny.Context;
import io.smallrye.mutiny.helpers.Subscriptions;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.ContextSupport;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.util.Objects;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One subscription that a tracker counts. */
final class TrackWithSubscriber<T> extends TaskSignals implements MultiSubscriber<T>, Subscription, ContextSupport {

    private final Subscriber<? super T> downstream;
    private @Nullable Subscription upstream;

    private TrackWithSubscriber(Subscriber<? super T> downstream, TaskTracker tracker, TaskOptions options) {
        super(tracker, options);
        this.downstream = downstream;
    }

    /** Counts a subscription, and then subscribes to the source. */
    static <T> void subscribe(
            Consumer<MultiSubscriber<T>> source,
            Subscriber<? super T> downstream,
            TaskTracker tracker,
            TaskOptions options) {
        TrackWithSubscriber<T> subscriber;
        try {
            subscriber = new TrackWithSubscriber<>(downstream, tracker, options);
        } catch (IllegalStateException refused) {
            Subscriptions.fail(downstream, refused);
            return;
        }
        try {
            source.accept(subscriber);
        } catch (Throwable failure) {
            // The caller sees it; what the downstream was told is unknown. Closed in any case: the failure may come
            // from a close() for which the stack was too deep.
            try (subscriber) {
                subscriber.cancelAfterErrors(failure);
            }
            throw failure;
        }
    }

    @Override
    public Context context() {
        return PipelineStep.contextOf(downstream);
    }

    @Override
    public void onSubscribe(Subscription s) {
        Objects.requireNonNull(s, "subscription must not be null");
        if (upstream != null) {
            s.cancel();
            return;
        }
        upstream = s;
        if (isCancelled()) {
            // Its subscribe() has thrown, and then it goes on.
            s.cancel();
            return;
        }
        try {
            downstream.onSubscribe(this);
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    @Override
    public void onItem(T element) {
        try {
            downstream.onNext(element);
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    @Override
    public void onFailure(Throwable error) {
        if (error == null) {
            throw PipelineStep.missingFailure(this::cancelAfterErrors);
        }
        if (!end()) {
            Infrastructure.handleDroppedException(error);
            return;
        }
        try (this) {
            downstream.onError(error);
        }
    }

    @Override
    public void onCompletion() {
        if (end()) {
            try (this) {
                downstream.onComplete();
            }
        }
    }

    @Override
    public void request(long n) {
        try {
            Objects.requireNonNull(upstream).request(n);
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    @Override
    public void cancel() {
        cancelOnce();
    }

    @Override
    protected void cancelUpstream() {
        if (upstream != null) {
            upstream.cancel();
        }
    }
}
