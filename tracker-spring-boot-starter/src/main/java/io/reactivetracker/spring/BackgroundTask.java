// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.TaskBody;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskGroup;
import org.jspecify.annotations.Nullable;

/**
 * A task of Spring's background work. It counts from its submission to an executor until its body has returned.
 *
 * <pre>
 *  SUBMITTED ──begin()──→ RUNNING ──the body returned or threw──→ OVER
 *      │                     └──moveToSubscription()──→ SUBSCRIBED ──end()──→ OVER
 *      ├──the group is cancelled──→ CANCELLED, and the body never runs
 *      └──discard()──→ OVER; if the executor runs the body all the same, it is not counted
 * </pre>
 *
 * <p>A cancel interrupts a body that is RUNNING. It sends the interrupt under this object's lock, and the thread of the
 * body leaves RUNNING under the same lock. So no interrupt of this task reaches what the thread runs next. An interrupt
 * that another sent at the same time, such as an executor that shuts down, is lost with it.
 */
final class BackgroundTask implements TaskBody {

    /** What the caller of {@link #begin()} does. */
    enum Start {
        /** Call {@link #run} with the body. */
        COUNTED,
        /** Run the body without this task, which has ended. */
        UNCOUNTED,
        /** Do not run the body. */
        CANCELLED
    }

    private enum State {
        SUBMITTED,
        RUNNING,
        SUBSCRIBED,
        CANCELLED,
        OVER
    }

    private final GroupTask task;
    private final TaskToken count;

    // Guarded by this.
    private State state = State.SUBMITTED;
    private @Nullable Thread thread;
    private boolean hasInterrupted;

    private BackgroundTask(GroupTask task, TaskToken count) {
        this.task = task;
        this.count = count;
    }

    /**
     * Issues a task of the group, which has no limit, and so admits it at once.
     *
     * @param count released when the task ends
     * @throws io.reactivetracker.group.GroupClosedException if the group is closed; the count is left to the caller
     * @throws TaskCancelledException if the group is cancelled; the count is left to the caller
     */
    static BackgroundTask issue(TaskGroup group, String name, TaskToken count) {
        GroupTask issued = GroupTask.issue(group, TaskOptions.named(name), () -> null);
        BackgroundTask task = new BackgroundTask(issued, count);
        if (!issued.start(task)) {
            throw issued.cancellation();
        }
        return task;
    }

    /** Begins the body in this thread; says whether it may run, and whether it is counted. */
    Start begin() {
        synchronized (this) {
            if (state == State.CANCELLED) {
                return Start.CANCELLED;
            }
            if (state != State.SUBMITTED) {
                return Start.UNCOUNTED;
            }
            if (!task.isCancelled()) {
                state = State.RUNNING;
                thread = Thread.currentThread();
                return Start.COUNTED;
            }
            // The group is cancelled, and tells its tasks one after the other.
            state = State.CANCELLED;
        }
        end(Outcome.CANCELLED);
        return Start.CANCELLED;
    }

    /** Runs the body that {@link #begin()} has begun in this thread, and ends the task unless a subscription has it. */
    <T extends @Nullable Object, E extends Throwable> T run(Body<T, E> body) throws E {
        Outcome outcome = Outcome.FAILED;
        Object outer = task.makeCurrent();
        try {
            T result = body.run();
            outcome = Outcome.SUCCEEDED;
            return result;
        } finally {
            GroupTask.restoreCurrent(outer);
            if (leaveThread()) {
                end(outcome);
            }
        }
    }

    /** Returns whether the task ends with its body. */
    private synchronized boolean leaveThread() {
        thread = null;
        if (hasInterrupted) {
            boolean unusedIsPending = Thread.interrupted();
        }
        return state == State.RUNNING;
    }

    /** The task goes on until {@link #end} is called, and a cancel interrupts no thread any more. */
    synchronized void moveToSubscription() {
        state = State.SUBSCRIBED;
        thread = null;
    }

    /** Ends the task if it has not begun: its executor has refused or dropped it. */
    void discard() {
        synchronized (this) {
            if (state != State.SUBMITTED) {
                return;
            }
            state = State.OVER;
        }
        end(Outcome.REJECTED);
    }

    /** Ends the task with this outcome, unless it was cancelled. */
    void end(Outcome outcome) {
        synchronized (this) {
            if (state != State.CANCELLED) {
                state = State.OVER;
            }
        }
        try {
            boolean unusedIsFirst = task.end(task.isCancelled() ? Outcome.CANCELLED : outcome);
        } finally {
            // Last: when nothing is counted any more, the group has all outcomes.
            count.close();
        }
    }

    /** The task, for its cancellation. */
    GroupTask task() {
        return task;
    }

    // ---- the calls of the group ----

    @Override
    public void cancelTask() {
        synchronized (this) {
            if (thread != null) {
                hasInterrupted = true;
                thread.interrupt();
            }
            if (state != State.SUBMITTED) {
                return;
            }
            state = State.CANCELLED;
        }
        end(Outcome.CANCELLED);
    }

    /** Never called: the group admits each task when it is issued, and retries none. */
    @Override
    public void attempt() {}

    /** Never called: the group rejects no task. */
    @Override
    public void fail(Throwable error) {
        end(Outcome.FAILED);
    }

    /** Code that runs as a task. */
    interface Body<T extends @Nullable Object, E extends Throwable> {

        T run() throws E;
    }
}
