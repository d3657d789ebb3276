// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.group.GroupTask;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.internal.CurrentTask;
import io.reactivetracker.internal.Failures;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** The downstream end of one task of a group: passes every signal on, and ends the task after its last one. */
final class GroupTaskSubscriber<T> implements FlowableSubscriber<T>, Subscription {

    private final Subscriber<? super T> downstream;
    private final GroupTask task;

    private @Nullable Subscription upstream;
    private volatile boolean done;

    // The task in whose body this one was subscribed to; written before a source is subscribed to, read by what that
    // calls.
    private @Nullable Object outer;

    GroupTaskSubscriber(Subscriber<? super T> downstream, GroupTask task) {
        this.downstream = downstream;
        this.task = task;
    }

    /**
     * A source that is subscribed to as a part of the task: what it subscribes to in turn, in that thread, are the task's
     * children. What is downstream of the task is not, though a source may call it from within.
     */
    Publisher<T> inTask(Publisher<? extends T> source) {
        return attempt -> {
            Object previous = CurrentTask.swap(task);
            outer = previous;
            try {
                source.subscribe(attempt);
            } finally {
                CurrentTask.swap(previous);
            }
        };
    }

    @SuppressWarnings("ReferenceEquality") // a task is itself
    private boolean leaveTask() {
        boolean isInTask = CurrentTask.get() == task;
        if (isInTask) {
            CurrentTask.swap(outer);
        }
        return isInTask;
    }

    private void returnToTask(boolean wasInTask) {
        if (wasInTask) {
            CurrentTask.swap(task);
        }
    }

    @Override
    public void onSubscribe(Subscription s) {
        upstream = s;
        try {
            downstream.onSubscribe(this);
        } catch (Throwable failure) {
            endAfter(failure);
            throw failure;
        }
    }

    @Override
    public void onNext(T element) {
        boolean wasInTask = leaveTask();
        try {
            downstream.onNext(element);
        } catch (Throwable failure) {
            endAfter(failure);
            throw failure;
        } finally {
            returnToTask(wasInTask);
        }
    }

    @Override
    public void onError(Throwable error) {
        if (done) {
            RxJavaPlugins.onError(error);
            return;
        }
        done = true;
        if (!task.mayGoOn()) {
            // Where a task may go on, the policy was asked upstream.
            task.failed(error);
        }
        boolean wasInTask = leaveTask();
        try {
            downstream.onError(error);
        } finally {
            returnToTask(wasInTask);
            task.end(task.outcomeOf(error));
        }
    }

    @Override
    public void onComplete() {
        if (done) {
            return;
        }
        done = true;
        boolean wasInTask = leaveTask();
        try {
            downstream.onComplete();
        } finally {
            returnToTask(wasInTask);
            task.end(Outcome.SUCCEEDED);
        }
    }

    @Override
    public void request(long n) {
        if (upstream == null) {
            return;
        }
        try {
            upstream.request(n);
        } catch (Throwable failure) {
            endAfter(failure);
            throw failure;
        }
    }

    @Override
    public void cancel() {
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
        if (upstream != null) {
            upstream.cancel();
        }
    }

    /** What has thrown is over, and has failed; whatever else goes wrong must not hide why. */
    private void endAfter(Throwable failure) {
        Failures.runAfter(failure, this::cancelUpstream);
        task.end(Outcome.FAILED);
    }
}
