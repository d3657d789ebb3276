// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.adapter.TaskBody;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription that is a task of a group: passes every signal on, is cut off when the task is cancelled, and ends the
 * task after its last signal.
 *
 * <p>Of a task that is admitted at once and that no error policy lets go on, it is the only subscriber. Of any other, the
 * {@linkplain AttemptsSubscriber attempts} are its upstream.
 */
final class GroupTaskSubscriber<T> extends CancellableSubscriber<T> implements TaskBody {

    private final GroupTask task;
    private @Nullable AttemptsSubscriber<T> attempts;

    private volatile boolean cancelled;

    private GroupTaskSubscriber(CoreSubscriber<? super T> actual, GroupTask task, Executor threadLocals) {
        super(actual, null, threadLocals);
        this.task = task;
    }

    static <T> void subscribe(
            CorePublisher<? extends T> source,
            CoreSubscriber<? super T> actual,
            TaskGroup group,
            TaskOptions options,
            Supplier<@Nullable String> origin,
            Continuations continuations) {
        // Before the task is issued: from then on nothing may throw but what is seen to, and this calls hooks of
        // others.
        Executor threadLocals = SubscriberThreadLocals.capture();
        GroupTask task;
        try {
            // A task upstream of which this one is: its subscriber put itself there.
            TaskContext parent = actual.currentContext().getOrDefault(TaskContext.class, null);
            task = GroupTask.issue(group, options, parent, origin);
        } catch (IllegalStateException refused) {
            Operators.error(actual, refused);
            return;
        }
        GroupTaskSubscriber<T> unused = run(source, actual, task, continuations, threadLocals);
    }

    /** Runs a task that was issued, and sees to its end. */
    static <T> GroupTaskSubscriber<T> run(
            CorePublisher<? extends T> source,
            CoreSubscriber<? super T> actual,
            GroupTask task,
            Continuations continuations,
            Executor threadLocals) {
        GroupTaskSubscriber<T> subscriber = new GroupTaskSubscriber<>(actual, task, threadLocals);
        try {
            subscriber.begin(source, continuations, threadLocals);
        } catch (Throwable failure) {
            subscriber.failInSubscribe(failure);
        }
        return subscriber;
    }

    private void begin(CorePublisher<? extends T> source, Continuations continuations, Executor threadLocals) {
        if (!task.canRetry() && task.isAdmitted()) {
            if (task.start(this)) {
                source.subscribe(this);
            }
            return;
        }
        AttemptsSubscriber<T> several = new AttemptsSubscriber<>(this, source, task, continuations, threadLocals);
        attempts = several;
        onSubscribe(several);
        if (task.start(this)) {
            several.attempt();
        }
    }

    @Override
    public void attempt() {
        Objects.requireNonNull(attempts).attempt();
    }

    @Override
    public void fail(Throwable error) {
        Objects.requireNonNull(attempts).fail(error);
    }

    /** The task's cancel; the downstream's is {@link #cancel()}. */
    @Override
    public void cancelTask() {
        cutOff();
    }

    @Override
    void deliverError(Throwable error) {
        if (!task.canRetry() && !cancelled) {
            // Where a task may go on, the policy was asked by its attempts.
            boolean unused = task.retryOrResume(error);
        }
        try {
            actual.onError(error);
        } finally {
            task.end(task.outcomeOf(error));
        }
    }

    @Override
    void deliverComplete() {
        try {
            actual.onComplete();
        } finally {
            task.end(Outcome.SUCCEEDED);
        }
    }

    @Override
    void cancelled() {
        cancelled = true;
        // One that is telling its downstream the outcome, or of a cut, ends by that, when it has been told.
        if (!isDone() && !isCut()) {
            task.end(Outcome.CANCELLED);
        }
    }

    /** What has thrown is over, and has failed. */
    @Override
    protected void cancelAfterErrors(Throwable failure) {
        try {
            super.cancelAfterErrors(failure);
        } finally {
            task.end(Outcome.FAILED);
        }
    }

    @Override
    protected TaskCancelledException cancellation() {
        return task.cancellation();
    }

    @Override
    protected @Nullable Throwable cancellationCause() {
        return task.cancellationCause();
    }

    /** That of the downstream as it is now, and the task. */
    @Override
    public Context currentContext() {
        return actual.currentContext().put(TaskContext.class, task);
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.TERMINATED) {
            return isDone();
        }
        if (key == Attr.CANCELLED) {
            return cancelled;
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : super.scanUnsafe(key);
    }
}
