// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.adapter.AttemptSignals;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.internal.Throwables;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The attempts of one task of a group: each subscribes to the source.
 *
 * <p>The policy is asked here and not by an operator upstream: an {@code onErrorContinue} of the downstream reaches the
 * source, as it does without us, and finds no step of ours that it could apply to.
 */
final class AttemptsSubscriber<T> extends AttemptSignals<Subscription>
        implements CoreSubscriber<T>, Subscription, Scannable {

    private final CoreSubscriber<? super T> actual;
    private final CorePublisher<? extends T> source;
    private final GroupTask task;
    private final Continuations continuations;
    private final Executor threadLocals;

    // Of the attempt that runs.
    private boolean done;

    AttemptsSubscriber(
            CoreSubscriber<? super T> actual,
            CorePublisher<? extends T> source,
            GroupTask task,
            Continuations continuations,
            Executor threadLocals) {
        this.actual = actual;
        this.source = source;
        this.task = task;
        this.continuations = continuations;
        this.threadLocals = threadLocals;
    }

    /** Runs the next attempt; in any thread. */
    void attempt() {
        threadLocals.execute(this::subscribe);
    }

    /** Ends what waits for its next attempt; in any thread. */
    void fail(Throwable error) {
        threadLocals.execute(() -> actual.onError(error));
    }

    private void subscribe() {
        if (!beginAttempt()) {
            return;
        }
        done = false;
        int attempt = task.attempt();
        try {
            continuations.orElse(source, task).subscribe(this);
        } catch (Throwable failure) {
            if (attempt == task.attempt()) {
                failInSubscribe(failure);
            } else {
                // It has failed before, and the next attempt is under way.
                Operators.onErrorDropped(failure, currentContext());
            }
        }
    }

    /** As every operator of Reactor does; but what was subscribed to is over before the next attempt begins. */
    private void failInSubscribe(Throwable failure) {
        Subscription begun = endAttempt();
        if (begun != null) {
            Throwables.runAfter(failure, begun::cancel);
        }
        Operators.reportThrowInSubscribe(this, failure);
    }

    @Override
    public void onSubscribe(Subscription s) {
        if (!subscribed(s)) {
            Operators.reportSubscriptionSet();
        }
    }

    @Override
    public void onNext(T element) {
        if (done) {
            Operators.onNextDropped(element, currentContext());
            return;
        }
        produced();
        actual.onNext(element);
    }

    @Override
    public void onError(Throwable error) {
        if (done) {
            Operators.onErrorDropped(error, currentContext());
            return;
        }
        done = true;
        if (task.canRetry() && !isCancelled()) {
            Subscription unused = endAttempt();
            if (task.retryOrResume(error)) {
                return;
            }
        }
        actual.onError(error);
    }

    @Override
    public void onComplete() {
        if (!done) {
            done = true;
            actual.onComplete();
        }
    }

    @Override
    public void request(long n) {
        if (!requestFromAttempts(n)) {
            // There is no source yet to answer what must not be requested.
            Operators.reportBadRequest(n);
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

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.PARENT) {
            return upstream();
        }
        if (key == Attr.ACTUAL) {
            return actual;
        }
        if (key == Attr.CANCELLED) {
            return isCancelled();
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}
