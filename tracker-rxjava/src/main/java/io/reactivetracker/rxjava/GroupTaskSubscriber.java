// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.adapter.TaskBody;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.exceptions.Exceptions;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

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

    // The task in whose body this one was subscribed to; written before a source is subscribed to, read by what that
    // calls.
    private @Nullable Object outer;

    private GroupTaskSubscriber(Subscriber<? super T> downstream, GroupTask task) {
        super(downstream, null);
        this.task = task;
    }

    /**
     * Starts a task.
     *
     * @param task the task to start and to end
     * @param downstream gets the signals
     * @param source makes what an attempt subscribes to
     * @return the subscriber
     */
    static <T> GroupTaskSubscriber<T> run(
            GroupTask task,
            Subscriber<? super T> downstream,
            Supplier<? extends Publisher<? extends T>> source) {
        GroupTaskSubscriber<T> subscriber = new GroupTaskSubscriber<>(downstream, task);
        try {
            subscriber.begin(source);
        } catch (Throwable failure) {
            subscriber.cancelAfterErrors(failure);
            throw failure;
        }
        return subscriber;
    }

    private void begin(Supplier<? extends Publisher<? extends T>> source) {
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
     * Subscribes to a source as a part of the task: what it subscribes to in turn, in that thread, are the task's children.
     * What is downstream of the task is not, though a source may call it from within.
     */
    void subscribeInTask(Supplier<? extends Publisher<? extends T>> source, FlowableSubscriber<T> subscriber) {
        Object previous = task.makeCurrent();
        outer = previous;
        try {
            Publisher<? extends T> made;
            try {
                made = Objects.requireNonNull(
                        Continuations.orElse(task, source), "the function of a task has returned null, not a source");
            } catch (Throwable failure) {
                Exceptions.throwIfFatal(failure);
                made = Flowable.error(failure);
            }
            made.subscribe(subscriber);
        } finally {
            GroupTask.restoreCurrent(previous);
        }
    }

    @SuppressWarnings("ReferenceEquality") // a task is itself
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
            // Where a task may go on, the policy was asked by its attempts.
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
        // One that is telling its downstream the outcome, or of a cut, ends by that, when it has been told.
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
