// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.adapter.AttemptSignals;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.internal.Throwables;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.exceptions.Exceptions;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;

/** The attempts of one task of a group: each subscribes to the source. */
final class AttemptsSubscriber<T> extends AttemptSignals<Subscription> implements FlowableSubscriber<T>, Subscription {

    private final GroupTaskSubscriber<T> downstream;
    private final Supplier<? extends Publisher<? extends T>> source;
    private final GroupTask task;

    // Of the attempt that runs.
    private boolean done;

    AttemptsSubscriber(
            GroupTaskSubscriber<T> downstream, Supplier<? extends Publisher<? extends T>> source, GroupTask task) {
        this.downstream = downstream;
        this.source = source;
        this.task = task;
    }

    /** Runs the next attempt. */
    void attempt() {
        if (!beginAttempt()) {
            return;
        }
        done = false;
        int attempt = task.attempt();
        try {
            downstream.subscribeInTask(source, this);
        } catch (Throwable failure) {
            Exceptions.throwIfFatal(failure);
            if (attempt != task.attempt()) {
                // It has failed before, and the next attempt is under way.
                RxJavaPlugins.onError(failure);
                return;
            }
            // As with RxJava's own retries, what throws is not tried again.
            done = true;
            Subscription begun = endAttempt();
            if (begun != null) {
                Throwables.runAfter(failure, begun::cancel);
            }
            downstream.onError(failure);
        }
    }

    @Override
    public void onSubscribe(Subscription s) {
        if (!subscribed(s)) {
            TaskSubscription.reportSecondOnSubscribe(s);
        }
    }

    @Override
    public void onNext(T element) {
        if (!done) {
            produced();
            downstream.onNext(element);
        }
    }

    @Override
    public void onError(Throwable error) {
        if (done) {
            RxJavaPlugins.onError(error);
            return;
        }
        done = true;
        if (task.canRetry() && !isCancelled()) {
            Subscription unused = endAttempt();
            if (task.retryOrResume(error)) {
                return;
            }
        }
        downstream.onError(error);
    }

    @Override
    public void onComplete() {
        if (!done) {
            done = true;
            downstream.onComplete();
        }
    }

    @Override
    public void request(long n) {
        if (!requestFromAttempts(n)) {
            // There is no source yet to answer what must not be requested.
            RxJavaPlugins.onError(new IllegalArgumentException("n must be positive, but was " + n));
        }
    }

    @Override
    public void cancel() {
        cancelAttempts();
    }

    @Override
    protected void request(Subscription attempt, long n) {
        attempt.request(n);
    }

    @Override
    protected void cancel(Subscription attempt) {
        attempt.cancel();
    }
}
