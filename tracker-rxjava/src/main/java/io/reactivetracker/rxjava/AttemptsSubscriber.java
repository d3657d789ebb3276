// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.SecondaryFailures;
import io.reactivetracker.group.TaskContext;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.exceptions.Exceptions;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;

/** The attempts of one task of a group, each of which subscribes to the source. */
final class AttemptsSubscriber<T> extends DeferredSubscription implements FlowableSubscriber<T> {

    private final GroupTaskSubscriber<T> downstream;
    private final Function<? super TaskContext, ? extends Publisher<? extends T>> source;
    private final GroupTask task;

    // Whether the current attempt has given a terminal signal.
    private boolean done;

    AttemptsSubscriber(
            GroupTaskSubscriber<T> downstream,
            Function<? super TaskContext, ? extends Publisher<? extends T>> source,
            GroupTask task) {
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
                // The attempt failed before this, and the next one is under way.
                RxJavaPlugins.onError(failure);
                return;
            }
            // As with RxJava's own retries, a subscribe() that throws is not tried again.
            done = true;
            Subscription begun = endAttempt();
            if (begun != null) {
                SecondaryFailures.runAfter(failure, begun::cancel);
            }
            downstream.onError(failure);
        }
    }

    @Override
    public void onSubscribe(Subscription s) {
        long demand = set(s);
        if (demand > 0) {
            s.request(demand);
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
}
