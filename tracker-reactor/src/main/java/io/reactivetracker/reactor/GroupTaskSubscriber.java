// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.GroupTask;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.internal.Failures;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The downstream end of one task of a group: passes every signal on, and ends the task after its last one.
 *
 * <p>Upstream of it stand what lets the task's token end the subscription, and then the task's attempts.
 */
final class GroupTaskSubscriber<T> implements CoreSubscriber<T>, Subscription, Scannable {

    private static final VarHandle UPSTREAM_CANCELLED;

    static {
        try {
            UPSTREAM_CANCELLED =
                    MethodHandles.lookup().findVarHandle(GroupTaskSubscriber.class, "upstreamCancelled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final CoreSubscriber<? super T> actual;
    private final GroupTask task;
    private final Context context;

    private @Nullable Subscription upstream;
    private volatile boolean done;
    private volatile boolean cancelled;

    // Set once. Of all that cancel, the one that sets it cancels the upstream.
    private volatile boolean upstreamCancelled;

    private GroupTaskSubscriber(CoreSubscriber<? super T> actual, Context downstream, GroupTask task) {
        this.actual = actual;
        this.task = task;
        this.context = downstream.put(TaskContext.class, task);
    }

    static <T> void subscribe(
            CorePublisher<? extends T> source,
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

    /**
     * Runs a task that was issued, and sees to its end.
     *
     * @return what the task's token cuts off; null if it was cancelled before
     */
    static <T> @Nullable CancelWithSubscriber<T> run(
            CorePublisher<? extends T> source,
            CoreSubscriber<? super T> actual,
            Context downstream,
            GroupTask task,
            Continuations continuations) {
        GroupTaskSubscriber<T> subscriber = new GroupTaskSubscriber<>(actual, downstream, task);
        try {
            return subscriber.begin(source, continuations);
        } catch (Throwable failure) {
            subscriber.failInSubscribe(failure);
            return null;
        }
    }

    private @Nullable CancelWithSubscriber<T> begin(CorePublisher<? extends T> source, Continuations continuations) {
        if (task.cancellationToken().isCancelled()) {
            Operators.error(this, TaskCancelledException.of(task.cancellationToken()));
            return null;
        }
        Executor threadLocals = SubscriberThreadLocals.capture();
        CancelWithSubscriber<T> cancellable = new CancelWithSubscriber<>(this, task.cancellationToken(), threadLocals);
        try {
            AttemptsSubscriber.subscribe(cancellable, source, task, continuations, threadLocals);
        } catch (Throwable failure) {
            cancellable.failInSubscribe(failure);
        }
        return cancellable;
    }

    /** As every operator of Reactor does: the failure goes downstream, or is dropped if it comes too late. */
    private void failInSubscribe(Throwable failure) {
        try {
            Operators.reportThrowInSubscribe(this, failure);
        } catch (Throwable fatal) {
            endAfter(fatal);
            throw fatal;
        }
        cancel();
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
        if (!task.mayGoOn() && !cancelled) {
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
        if (s != null && !upstreamCancelled && !(boolean) UPSTREAM_CANCELLED.getAndSet(this, true)) {
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
