// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.PublisherContinuation;
import io.reactivetracker.adapter.TaskBody;
import io.reactivetracker.group.Continuation;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskGroup;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.Subscriptions;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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

    // Set before a cut, and read after it.
    private @Nullable IllegalArgumentException refusal;

    GroupTaskSubscriber(Subscriber<? super T> downstream, GroupTask task) {
        super(downstream, null);
        this.task = task;
    }

    /**
     * Makes a subscription a task.
     *
     * @param source subscribes an attempt
     */
    static <T> void subscribe(
            Consumer<MultiSubscriber<T>> source,
            Subscriber<? super T> downstream,
            TaskGroup group,
            TaskOptions options) {
        GroupTaskSubscriber<T> subscriber;
        try {
            // Allocates the subscriber, and then issues the task: an OutOfMemoryError leaves no task behind.
            subscriber = new GroupTaskSubscriber<>(downstream, GroupTask.issue(group, options, () -> null));
        } catch (IllegalStateException refused) {
            Subscriptions.fail(downstream, refused);
            return;
        }
        subscriber.run(source);
    }

    /**
     * Runs the issued task until it ends.
     *
     * @param source subscribes an attempt
     */
    void run(Consumer<MultiSubscriber<T>> source) {
        try {
            begin(source);
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    private void begin(Consumer<MultiSubscriber<T>> source) {
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
    void subscribeInTask(Consumer<MultiSubscriber<T>> source, MultiSubscriber<T> subscriber) {
        Object previous = task.makeCurrent();
        outer = previous;
        try {
            Consumer<MultiSubscriber<T>> next;
            try {
                next = nextSource(source);
            } catch (Throwable failure) {
                PipelineStep.throwIfFatal(failure);
                next = to -> Subscriptions.fail(to, failure);
            }
            next.accept(subscriber);
        } finally {
            GroupTask.restoreCurrent(previous);
        }
    }

    /** Returns the task's own source, or its replacement if the error policy has decided so. */
    @SuppressWarnings("unchecked") // the Javadoc of Continuation requires the type of the task's elements
    private Consumer<MultiSubscriber<T>> nextSource(Consumer<MultiSubscriber<T>> source) {
        Continuation continuation = task.continuation();
        if (continuation == null) {
            return source;
        }
        if (continuation instanceof PublisherContinuation replacement) {
            return ((Flow.Publisher<T>) requireReplacement(replacement.publisher(task)))::subscribe;
        }
        CompletionStage<T> stage = (CompletionStage<T>) requireReplacement(continuation.resume(task));
        return to -> PipelineStep.subscribe(Uni.createFrom().completionStage(stage), to);
    }

    private static <S> S requireReplacement(S source) {
        return Objects.requireNonNull(source, "the continuation of a task has returned null, not a source");
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

    /** Fails the task because its downstream has requested a number that is not positive: rule 3.9. */
    void refuse(long n) {
        refusal = new IllegalArgumentException("non-positive subscription request: " + n);
        cutOff();
    }

    @Override
    protected void passOnCut() {
        passOnError(refusal == null ? cancellation() : refusal);
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
