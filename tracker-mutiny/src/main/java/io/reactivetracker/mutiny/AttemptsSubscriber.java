// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import io.reactivetracker.adapter.AttemptSignals;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.SecondaryFailures;
import io.smallrye.mutiny.Context;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.ContextSupport;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.function.Consumer;

/**
 * The attempts of one task of a group, each of which subscribes to the source. As a subscription, it keeps what is
 * requested until there is an upstream.
 */
final class AttemptsSubscriber<T> extends AttemptSignals<Subscription>
        implements MultiSubscriber<T>, Subscription, ContextSupport {

    private final GroupTaskSubscriber<T> downstream;
    private final Consumer<MultiSubscriber<T>> source;
    private final GroupTask task;

    // Whether the current attempt has given a terminal signal.
    private boolean done;

    AttemptsSubscriber(GroupTaskSubscriber<T> downstream, Consumer<MultiSubscriber<T>> source, GroupTask task) {
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
            PipelineStep.throwIfFatal(failure);
            if (attempt != task.attempt()) {
                // The attempt failed before this, and the next one is under way.
                Infrastructure.handleDroppedException(failure);
                return;
            }
            // As with Mutiny's own retries, a subscribe() that throws is not tried again.
            done = true;
            Subscription begun = endAttempt();
            if (begun != null) {
                SecondaryFailures.runAfter(failure, begun::cancel);
            }
            downstream.onFailure(failure);
        }
    }

    @Override
    public void request(long n) {
        if (n > 0) {
            boolean unused = requestFromAttempts(n);
        } else {
            // Not the upstream's to refuse: a policy might retry its failure, and it may not be known yet.
            downstream.refuse(n);
        }
    }

    @Override
    public void cancel() {
        cancelAttempts();
    }

    @Override
    protected void request(Subscription upstream, long n) {
        upstream.request(n);
    }

    @Override
    protected void cancel(Subscription upstream) {
        upstream.cancel();
    }

    @Override
    public Context context() {
        return downstream.context();
    }

    @Override
    public void onSubscribe(Subscription s) {
        if (done) {
            // The attempt has ended before, for example because its subscribe() threw.
            s.cancel();
            return;
        }
        long demand = take(s);
        if (demand > 0) {
            s.request(demand);
        }
    }

    @Override
    public void onItem(T element) {
        if (!done) {
            produced();
            downstream.onItem(element);
        }
    }

    @Override
    public void onFailure(Throwable error) {
        if (error == null) {
            throw PipelineStep.missingFailure(downstream::cancelAfterErrors);
        }
        if (done) {
            Infrastructure.handleDroppedException(error);
            return;
        }
        done = true;
        if (task.canRetry() && !isCancelled()) {
            Subscription unused = endAttempt();
            if (task.retryOrResume(error)) {
                return;
            }
        }
        downstream.onFailure(error);
    }

    @Override
    public void onCompletion() {
        if (!done) {
            done = true;
            downstream.onCompletion();
        }
    }
}
