// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.PublisherContinuation;
import io.reactivetracker.adapter.TaskBody;
import io.reactivetracker.group.Continuation;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.exceptions.Exceptions;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One subscription that is a task of a group: passes signals on, is cut off when the task is cancelled, and ends the
 * task after its last signal.
 *
 * <p>If the task is admitted at once and its error policy is terminal, this is its only subscriber. Otherwise its
 * upstream is an {@link AttemptsSubscriber}.
 */
final class GroupTaskSubscriber<T> extends CancellableSubscriber<T> implements TaskBody {

    private final GroupTask task;
    private @Nullable AttemptsSubscriber<T> attempts;

    // The task that was current when the source was subscribed to. Written before subscribe(), and read by the signals
    // that come from within it.
    private @Nullable Object outer;

    GroupTaskSubscriber(Subscriber<? super T> downstream, GroupTask task) {
        super(downstream, null);
        this.task = task;
    }

    /**
     * Returns a {@code Flowable} each of whose subscriptions is a task.
     *
     * @param source makes what an attempt subscribes to
     */
    static <T> Flowable<T> flowable(
            Function<? super TaskContext, ? extends Publisher<? extends T>> source,
            TaskGroup group,
            TaskOptions options) {
        return OwnPublishers.flowable(downstream -> {
            GroupTaskSubscriber<T> subscriber;
            try {
                // Allocates the subscriber, and then issues the task: an OutOfMemoryError leaves no task behind.
                subscriber = new GroupTaskSubscriber<>(downstream, GroupTask.issue(group, options, () -> null));
            } catch (IllegalStateException refused) {
                Flowable.<T>error(refused).subscribe(downstream);
                return;
            }
            subscriber.run(source);
        });
    }

    /**
     * Runs the issued task until it ends.
     *
     * @param source makes what an attempt subscribes to
     */
    void run(Function<? super TaskContext, ? extends Publisher<? extends T>> source) {
        try {
            begin(source);
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    private void begin(Function<? super TaskContext, ? extends Publisher<? extends T>> source) {
        if (!task.canRetry() && task.isAdmitted()) {
            if (task.start(this)) {
                try {
                    subscribeInTask(source, this);
                } catch (Throwable failure) {
                    failInSubscribe(failure);
                }
            }
            return;
        }
        AttemptsSubscriber<T> several = new AttemptsSubscriber<>(this, source, task);
        attempts = several;
        onSubscribe(several);
        if (task.start(this)) {
            several.attempt();
        }
    }

    /**
     * Subscribes to a source with the task as the current one: what the source subscribes to in this thread becomes a
     * child of the task. The downstream is not part of the task, though the source may signal it from within.
     */
    void subscribeInTask(
            Function<? super TaskContext, ? extends Publisher<? extends T>> source, FlowableSubscriber<T> subscriber) {
        Object previous = task.makeCurrent();
        outer = previous;
        try {
            Publisher<? extends T> next;
            try {
                next = Objects.requireNonNull(
                        nextSource(source), "the function of a task has returned null, not a source");
            } catch (Throwable failure) {
                Exceptions.throwIfFatal(failure);
                next = Flowable.error(failure);
            }
            next.subscribe(subscriber);
        } finally {
            GroupTask.restoreCurrent(previous);
        }
    }

    /** Returns the task's own source, or its replacement if the error policy has decided so. */
    @SuppressWarnings("unchecked") // the Javadoc of Continuation requires the type of the task's elements
    private Publisher<? extends T> nextSource(Function<? super TaskContext, ? extends Publisher<? extends T>> source) {
        Continuation continuation = task.continuation();
        if (continuation == null) {
            return source.apply(task);
        }
        if (continuation instanceof PublisherContinuation replacement) {
            return FlowAdapters.toPublisher((Flow.Publisher<T>) replacement.publisher(task));
        }
        return Flowable.fromCompletionStage((CompletionStage<T>) continuation.resume(task));
    }

    /** Makes the outer task the current one for a signal to the downstream. */
    private boolean leaveTask() {
        boolean isInTask = task.isCurrent();
        if (isInTask) {
            GroupTask.restoreCurrent(outer);
        }
        return isInTask;
    }

    private void returnToTask(boolean wasInTask) {
        if (wasInTask) {
            Object unused = task.makeCurrent();
        }
    }

    @Override
    public void attempt() {
        Objects.requireNonNull(attempts).attempt();
    }

    @Override
    public void fail(Throwable error) {
        onError(error);
    }

    /** The task's cancel; the downstream's is {@link #cancel()}. */
    @Override
    public void cancelTask() {
        cutOff();
    }

    @Override
    void cancel(Subscription s) {
        task.runCancel(s::cancel);
    }

    @Override
    public void taskEnded() {
        if (downstream instanceof SpawnSubscriber<?> handle) {
            handle.taskEnded();
        }
    }

    @Override
    void deliver(T element) {
        boolean wasInTask = leaveTask();
        try {
            super.deliver(element);
        } finally {
            returnToTask(wasInTask);
        }
    }

    @Override
    protected void passOnError(Throwable error) {
        if (!task.canRetry()) {
            // Otherwise the attempts have asked the policy.
            boolean unused = task.retryOrResume(error);
        }
        boolean wasInTask = leaveTask();
        try {
            super.passOnError(error);
        } finally {
            returnToTask(wasInTask);
            task.end(task.outcomeOf(error));
        }
    }

    @Override
    void deliverComplete() {
        boolean wasInTask = leaveTask();
        try {
            super.deliverComplete();
        } finally {
            returnToTask(wasInTask);
            task.end(Outcome.SUCCEEDED);
        }
    }

    @Override
    void cancelled() {
        // A task that is telling its downstream the outcome or the cut ends after that.
        if (!isDone() && !isCut()) {
            task.end(Outcome.CANCELLED);
        }
    }

    /** One side has thrown, so the task has failed. */
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
}
