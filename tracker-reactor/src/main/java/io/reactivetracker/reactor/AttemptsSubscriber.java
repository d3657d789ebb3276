// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.PublisherContinuation;
import io.reactivetracker.adapter.SecondaryFailures;
import io.reactivetracker.group.Continuation;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Subscribes to the source of a task once for each attempt.
 *
 * <p>It applies the group's error policy itself, where an {@code onErrorContinue} of the downstream can't reach: that
 * applies to the source, as it does without the group.
 */
final class AttemptsSubscriber<T> extends DeferredSubscription implements CoreSubscriber<T>, Scannable {

    private final CoreSubscriber<? super T> actual;
    private final CorePublisher<? extends T> source;
    private final GroupTask task;
    private final Executor threadLocals;

    // Of the running attempt.
    private boolean done;

    AttemptsSubscriber(
            CoreSubscriber<? super T> actual,
            CorePublisher<? extends T> source,
            GroupTask task,
            Executor threadLocals) {
        this.actual = actual;
        this.source = source;
        this.task = task;
        this.threadLocals = threadLocals;
    }

    /** Runs the next attempt; may be called in any thread. */
    void attempt() {
        threadLocals.execute(this::subscribe);
    }

    /** Ends a task that waits for its next attempt; may be called in any thread. */
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
            nextSource().subscribe(this);
        } catch (Throwable failure) {
            if (attempt == task.attempt()) {
                failInSubscribe(failure);
            } else {
                // The attempt had failed before it threw, and the next one is under way.
                Operators.onErrorDropped(failure, currentContext());
            }
        }
    }

    /** Returns the source, or its replacement if the policy has decided so; for a Mono that is a Mono too. */
    @SuppressWarnings("unchecked") // the Javadoc of Continuation requires the type of the task's elements
    private CorePublisher<? extends T> nextSource() {
        Continuation continuation = task.continuation();
        if (continuation == null) {
            return source;
        }
        if (continuation instanceof PublisherContinuation replacement) {
            Publisher<T> next = FlowAdapters.toPublisher((Flow.Publisher<T>) replacement.publisher(task));
            return source instanceof Mono ? Mono.from(next) : Flux.from(next);
        }
        return Mono.fromCompletionStage((CompletionStage<T>) continuation.resume(task));
    }

    /** Fails the attempt as every operator of Reactor does, but cancels its upstream before the next attempt begins. */
    private void failInSubscribe(Throwable failure) {
        Subscription begun = endAttempt();
        if (begun != null) {
            SecondaryFailures.runAfter(failure, begun::cancel);
        }
        Operators.reportThrowInSubscribe(this, failure);
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
    public Context currentContext() {
        return actual.currentContext();
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.PARENT) {
            return parent();
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
