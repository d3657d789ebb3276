// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.Decision;
import io.reactivetracker.group.GroupTask;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.internal.Failures;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.retry.Retry;

/**
 * The downstream end of one task of a group: passes every signal on, and ends the task after its last one.
 *
 * <p>Upstream of it stand, in this order: what lets the task's token end the subscription; if the group's policy may go on
 * after an error, Reactor's retry, driven by that policy; and the admission, behind which is the source.
 */
final class GroupTaskSubscriber<T> implements CoreSubscriber<T>, Subscription, Scannable {

    private final CoreSubscriber<? super T> actual;
    private final GroupTask task;
    private final Context context;

    private @Nullable Subscription upstream;
    private volatile boolean done;
    private volatile boolean cancelled;

    private GroupTaskSubscriber(CoreSubscriber<? super T> actual, Context downstream, GroupTask task) {
        this.actual = actual;
        this.task = task;
        this.context = downstream.put(TaskContext.class, task);
    }

    static <T> void subscribe(
            Publisher<? extends T> source,
            CoreSubscriber<? super T> actual,
            TaskGroup group,
            TaskOptions options,
            Continuations continuations) {
        // Before the task is issued: from then on nothing may throw but what is seen to.
        Context downstream = actual.currentContext();
        GroupTask task;
        try {
            // A task upstream of which this one is: its subscriber put itself there.
            TaskContext parent = downstream.getOrDefault(TaskContext.class, null);
            task = group.issue(options, parent, () -> Steps.originOf(source));
        } catch (IllegalStateException refused) {
            Operators.error(actual, refused);
            return;
        }
        run(source, actual, downstream, task, continuations);
    }

    /** Runs a task that was issued, and sees to its end. */
    static <T> void run(
            Publisher<? extends T> source,
            CoreSubscriber<? super T> actual,
            Context downstream,
            GroupTask task,
            Continuations continuations) {
        GroupTaskSubscriber<T> subscriber = new GroupTaskSubscriber<>(actual, downstream, task);
        try {
            Flux<T> attempts = new FluxAdmitted<>(source, task, continuations);
            if (task.mayGoOn()) {
                attempts = attempts.retryWhen(
                        Retry.from(errors -> errors.concatMap(signal -> beforeNextAttempt(task, signal.failure()))));
            }
            CancelWithSubscriber.subscribe(attempts, subscriber, task.cancellationToken());
        } catch (Throwable failure) {
            try {
                Operators.reportThrowInSubscribe(subscriber, failure);
            } finally {
                subscriber.cancel();
            }
        }
    }

    /** Emits when it is time for the task to go on; fails if the error is its end. */
    private static Mono<Integer> beforeNextAttempt(GroupTask task, Throwable error) {
        Decision.Again again = task.failed(error);
        if (again == null) {
            return Mono.error(error);
        }
        return Mono.create(sink -> sink.onDispose(
                task.scheduleNextAttempt(again, error, () -> sink.success(task.attempt()), sink::error)::close));
    }

    @Override
    public void onSubscribe(Subscription s) {
        if (Operators.validate(upstream, s)) {
            upstream = s;
            try {
                actual.onSubscribe(this);
            } catch (Throwable failure) {
                endAfter(failure);
                throw failure;
            }
        }
    }

    @Override
    public void onNext(T element) {
        try {
            actual.onNext(element);
        } catch (Throwable failure) {
            endAfter(failure);
            throw failure;
        }
    }

    @Override
    public void onError(Throwable error) {
        if (done) {
            Operators.onErrorDropped(error, context);
            return;
        }
        done = true;
        if (!task.mayGoOn()) {
            // Where a task may go on, the policy was asked upstream.
            task.failed(error);
        }
        try {
            actual.onError(error);
        } finally {
            task.end(task.outcomeOf(error));
        }
    }

    @Override
    public void onComplete() {
        if (done) {
            return;
        }
        done = true;
        try {
            actual.onComplete();
        } finally {
            task.end(Outcome.SUCCEEDED);
        }
    }

    @Override
    public void request(long n) {
        Subscription s = upstream;
        if (s == null) {
            return;
        }
        try {
            s.request(n);
        } catch (Throwable failure) {
            endAfter(failure);
            throw failure;
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        try {
            cancelUpstream();
        } finally {
            // One that is telling its downstream the outcome ends by that, when it has been told.
            if (!done) {
                task.end(Outcome.CANCELLED);
            }
        }
    }

    private void cancelUpstream() {
        Subscription s = upstream;
        if (s != null) {
            s.cancel();
        }
    }

    /** What has thrown is over, and has failed; whatever else goes wrong must not hide why. */
    private void endAfter(Throwable failure) {
        Failures.runAfter(failure, this::cancelUpstream);
        task.end(Outcome.FAILED);
    }

    @Override
    public Context currentContext() {
        return context;
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.PARENT) {
            return upstream;
        }
        if (key == Attr.ACTUAL) {
            return actual;
        }
        if (key == Attr.TERMINATED) {
            return done;
        }
        if (key == Attr.CANCELLED) {
            return cancelled;
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}
