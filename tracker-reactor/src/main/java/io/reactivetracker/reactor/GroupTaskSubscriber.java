// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.TaskBody;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription that is a task of a group: it is cut off when the task is cancelled, and ends the task after its
 * last signal.
 *
 * <p>It is the only subscriber of a task that is admitted at once and can't be retried. Otherwise its upstream is an
 * {@link AttemptsSubscriber}.
 */
final class GroupTaskSubscriber<T> extends CancelWithSubscriber<T> implements TaskBody {

    private final GroupTask task;
    private @Nullable AttemptsSubscriber<T> attempts;

    private volatile boolean cancelled;

    GroupTaskSubscriber(CoreSubscriber<? super T> actual, GroupTask task, Executor threadLocals) {
        super(actual, null, threadLocals);
        this.task = task;
    }

    static <T> void subscribe(
            CorePublisher<? extends T> source,
            CoreSubscriber<? super T> actual,
            TaskGroup group,
            TaskOptions options,
            Supplier<@Nullable String> origin) {
        // Before the task is issued: this calls hooks, which may throw, and an issued task must end.
        Executor threadLocals = SubscriberThreadLocals.capture();
        GroupTaskSubscriber<T> subscriber;
        try {
            // The parent is downstream: its subscriber has put it into the Context.
            TaskContext parent = actual.currentContext().getOrDefault(TaskContext.class, null);
            // Allocates the subscriber, and then issues the task: an OutOfMemoryError leaves no task behind.
            subscriber =
                    new GroupTaskSubscriber<>(actual, GroupTask.issue(group, options, parent, origin), threadLocals);
        } catch (IllegalStateException refused) {
            Operators.error(actual, refused);
            return;
        }
        subscriber.run(source, threadLocals);
    }

    /** Runs the issued task until it ends. */
    void run(CorePublisher<? extends T> source, Executor threadLocals) {
        try {
            begin(source, threadLocals);
        } catch (Throwable failure) {
            failInSubscribe(failure);
        }
    }

    private void begin(CorePublisher<? extends T> source, Executor threadLocals) {
        if (!task.canRetry() && task.isAdmitted()) {
            if (task.start(this)) {
                source.subscribe(this);
            }
            return;
        }
        AttemptsSubscriber<T> several = new AttemptsSubscriber<>(this, source, task, threadLocals);
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

    /** Called when the task is cancelled; {@link #cancel()} is the downstream's. */
    @Override
    public void cancelTask() {
        cutOff();
    }

    @Override
    public @Nullable String operators() {
        return Pipelines.operatorsOf(Scannable.from(scanUnsafe(Attr.PARENT)));
    }

    @Override
    void cancel(Subscription s) {
        task.runCancel(s::cancel);
    }

    @Override
    public void taskEnded() {
        if (actual instanceof SpawnSubscriber<?> handle) {
            handle.taskEnded();
        }
    }

    @Override
    void deliverError(Throwable error) {
        if (!task.canRetry() && !cancelled) {
            // Where the task can be retried, its attempts have applied the policy.
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
        // A thread that is delivering the last signal ends the task after that.
        if (!isDone() && !isCut()) {
            task.end(Outcome.CANCELLED);
        }
    }

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

    /** Returns the present context of the downstream, with the task in it. */
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
