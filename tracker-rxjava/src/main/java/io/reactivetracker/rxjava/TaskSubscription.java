// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.adapter.TaskSignals;
import io.reactivex.rxjava3.exceptions.ProtocolViolationException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

/**
 * One subscription that a tracker counts: the part that RxJava's five types share.
 *
 * @param <U> the type of the upstream: a {@code Subscription} or a {@code Disposable}
 * @param <D> the type of the downstream
 */
abstract class TaskSubscription<U, D> extends TaskSignals {

    final D downstream;

    @Nullable
    U upstream;

    TaskSubscription(D downstream, TaskTracker tracker, TaskOptions options) {
        super(tracker, options);
        this.downstream = downstream;
    }

    /** Counts a subscription and makes its observer. */
    interface Factory<D, S> {
        S create(D downstream, TaskTracker tracker, TaskOptions options);
    }

    /** Subscribes to the upstream. */
    static <P, S extends TaskSubscription<?, ?>> void subscribe(
            P upstream, S subscription, BiConsumer<P, S> subscribe) {
        try {
            subscribe.accept(upstream, subscription);
        } catch (Throwable failure) {
            // RxJava shows it to the caller; what the downstream was told is unknown. Closed in any case: the failure
            // may come from a close() for which the stack was too deep.
            try (subscription) {
                subscription.cancelAfterErrors(failure);
            }
            throw failure;
        }
    }

    abstract void passOnSubscribe();

    abstract void passOnError(Throwable error);

    /** Passes the completion on. A {@code Single} has none. */
    void passOnComplete() {}

    abstract void cancel(U subscription);

    /** Keeps the upstream's subscription, and passes this one on. */
    final void subscribed(U subscription) {
        if (upstream != null) {
            cancel(subscription);
            reportSecondOnSubscribe(subscription);
            return;
        }
        upstream = subscription;
        if (isCancelled()) {
            // Its subscribe() has thrown, and then it goes on.
            cancel(subscription);
            return;
        }
        try {
            passOnSubscribe();
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    public final void onError(Throwable error) {
        if (!end()) {
            RxJavaPlugins.onError(error);
            return;
        }
        try (this) {
            if (CancellationFilter.withholds(error, downstream)) {
                // The downstream passes its disposal on, but the upstream has ended.
                boolean unused = claimCancel();
                CancellationFilter.dispose(downstream);
            } else {
                passOnError(Objects.requireNonNull(error, "error must not be null"));
            }
        }
    }

    public final void onComplete() {
        if (end()) {
            try (this) {
                passOnComplete();
            }
        }
    }

    @Override
    protected final void cancelUpstream() {
        if (upstream != null) {
            cancel(upstream);
        }
    }

    /** Reports a second {@code onSubscribe} in RxJava's own words, which tests and logs look for. */
    static void reportSecondOnSubscribe(Object upstream) {
        String kind = upstream instanceof Subscription ? "Subscription" : "Disposable";
        RxJavaPlugins.onError(new ProtocolViolationException(kind + " already set!"));
    }
}
