// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.group.GroupTask;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.internal.CurrentTask;
import io.reactivetracker.internal.Failures;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** The downstream end of one task of a group: passes every signal on, and ends the task after its last one. */
final class GroupTaskSubscriber<T> implements FlowableSubscriber<T>, Subscription {

    private static final VarHandle UPSTREAM_CANCELLED;

    static {
        try {
            UPSTREAM_CANCELLED =
                    MethodHandles.lookup().findVarHandle(GroupTaskSubscriber.class, "upstreamCancelled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Subscriber<? super T> downstream;
    private final Object listener;
    private final GroupTask task;

    private @Nullable Subscription upstream;
    private volatile boolean done;

    // The task in whose body this one was subscribed to; written before a source is subscribed to, read by what that
    // calls.
    private @Nullable Object outer;

    // Set once. The thread whose getAndSet flips it cancels the upstream.
    @SuppressWarnings("UnusedVariable") // read by the handle
    private volatile boolean upstreamCancelled;

    /**
     * Makes the end of a task.
     *
     * @param downstream gets the signals
     * @param listener may have a callback for errors: the downstream, or the observer behind RxJava's conversion to it
     * @param task what to end
     */
    GroupTaskSubscriber(Subscriber<? super T> downstream, Object listener, GroupTask task) {
        this.downstream = downstream;
        this.listener = listener;
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
        if (upstream != null) {
            s.cancel();
            ProtocolViolations.reportSecondOnSubscribe(s);
            return;
        }
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
            if (Unheard.isUnheard(error, listener)) {
                // The downstream passes its disposal on, but the upstream has ended.
                upstreamCancelled = true;
                Unheard.dispose(listener);
            } else {
                downstream.onError(error);
            }
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
        try {
            Objects.requireNonNull(upstream).request(n);
        } catch (Throwable failure) {
            endAfter(failure);
            throw failure;
        }
    }

    @Override
    public void cancel() {
        if ((boolean) UPSTREAM_CANCELLED.getAndSet(this, true)) {
            return;
        }
        try {
            if (upstream != null) {
                upstream.cancel();
            }
        } finally {
            // One that is telling its downstream the outcome ends by that, when it has been told.
            if (!done) {
                task.end(Outcome.CANCELLED);
            }
        }
    }

    /** What has thrown is over, and has failed; whatever else goes wrong must not hide why. */
    void endAfter(Throwable failure) {
        done = true;
        cancelUpstreamAfter(failure);
        task.end(Outcome.FAILED);
    }

    /** Fails the task of an attempt that has thrown when it was subscribed to, and so has told its downstream nothing. */
    void attemptThrew(Throwable failure) {
        cancelUpstreamAfter(failure);
        onError(failure);
    }

    private void cancelUpstreamAfter(Throwable failure) {
        if (upstream != null && !(boolean) UPSTREAM_CANCELLED.getAndSet(this, true)) {
            Failures.runAfter(failure, upstream::cancel);
        }
    }
}
