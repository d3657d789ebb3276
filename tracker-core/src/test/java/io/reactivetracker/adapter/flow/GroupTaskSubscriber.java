// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter.flow;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.adapter.AttemptSignals;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.PublisherContinuation;
import io.reactivetracker.adapter.SecondaryFailures;
import io.reactivetracker.adapter.TaskBody;
import io.reactivetracker.group.Outcome;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A subscription that is a task of a group. Its upstream are the attempts of the task. */
final class GroupTaskSubscriber<T> extends CancellableSubscriber<T> implements TaskBody {

    private final GroupTask task;
    private final Attempts attempts;

    GroupTaskSubscriber(Flow.Subscriber<? super T> downstream, Flow.Publisher<T> source, GroupTask task) {
        super(downstream, null);
        this.task = task;
        this.attempts = new Attempts(source);
    }

    /** Before the start, since a task may be cancelled from then on. */
    void begin() {
        onSubscribe(attempts);
        if (task.start(this)) {
            attempt();
        }
    }

    @Override
    public void attempt() {
        attempts.subscribe();
    }

    @Override
    public void fail(Throwable error) {
        onError(error);
    }

    @Override
    public void cancelTask() {
        cutOff();
    }

    @Override
    protected TaskCancelledException cancellation() {
        return task.cancellation();
    }

    @Override
    protected @Nullable Throwable cancellationCause() {
        return task.cancellationCause();
    }

    @Override
    protected void passOnError(Throwable error) {
        try {
            super.passOnError(error);
        } finally {
            task.end(task.outcomeOf(error));
        }
    }

    @Override
    void passOnComplete() {
        try {
            super.passOnComplete();
        } finally {
            task.end(Outcome.SUCCEEDED);
        }
    }

    /** Ends the task, unless a signal that is being delivered will. */
    @Override
    public void cancel() {
        super.cancel();
        if (!isDone() && !isCut()) {
            task.end(Outcome.CANCELLED);
        }
    }

    @Override
    void failInSubscribe(Throwable failure) {
        try {
            super.failInSubscribe(failure);
        } finally {
            task.end(Outcome.FAILED);
        }
    }

    /** The attempts of the task, one subscription to the source after the other. */
    private final class Attempts extends AttemptSignals<Flow.Subscription>
            implements Flow.Subscriber<T>, Flow.Subscription {

        private final Flow.Publisher<T> source;
        private boolean done;

        Attempts(Flow.Publisher<T> source) {
            this.source = source;
        }

        void subscribe() {
            if (!beginAttempt()) {
                return;
            }
            done = false;
            Object previous = task.makeCurrent();
            try {
                next().subscribe(this);
            } catch (Throwable failure) {
                done = true;
                Flow.Subscription begun = endAttempt();
                if (begun != null) {
                    SecondaryFailures.runAfter(failure, begun::cancel);
                }
                GroupTaskSubscriber.this.onError(failure);
            } finally {
                GroupTask.restoreCurrent(previous);
            }
        }

        @SuppressWarnings("unchecked") // the Javadoc of Continuation requires the type of the task's elements
        private Flow.Publisher<T> next() {
            if (task.continuation() instanceof PublisherContinuation replacement) {
                return (Flow.Publisher<T>) replacement.publisher(task);
            }
            return source;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            long demand = take(subscription);
            if (demand > 0) {
                subscription.request(demand);
            }
        }

        @Override
        public void onNext(T element) {
            produced();
            GroupTaskSubscriber.this.onNext(element);
        }

        @Override
        public void onError(Throwable error) {
            if (done) {
                return;
            }
            done = true;
            if (!isCancelled()) {
                Flow.Subscription unused = endAttempt();
                if (task.retryOrResume(error)) {
                    return;
                }
            }
            GroupTaskSubscriber.this.onError(error);
        }

        @Override
        public void onComplete() {
            if (!done) {
                done = true;
                GroupTaskSubscriber.this.onComplete();
            }
        }

        @Override
        public void request(long n) {
            boolean unused = requestFromAttempts(n);
        }

        @Override
        public void cancel() {
            cancelAttempts();
        }

        @Override
        protected void request(Flow.Subscription attempt, long n) {
            attempt.request(n);
        }

        @Override
        protected void cancel(Flow.Subscription attempt) {
            attempt.cancel();
        }
    }
}
