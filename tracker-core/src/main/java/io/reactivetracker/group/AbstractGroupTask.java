// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimeoutException;
import io.reactivetracker.internal.JfrEvents;
import io.reactivetracker.internal.Throwables;
import io.reactivetracker.internal.Trampoline;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of a group's task, from issued to ended.
 *
 * <p>The base of the tasks of {@code submit} and of the {@code GroupTask} of the package {@code adapter}, which is what
 * an adapter uses. Applications see a task as a {@link TaskContext}. The task, its count and its place in the group are
 * one object: {@link TaskNode} has its state, and {@link CancellableTask} its cancel.
 */
public abstract class AbstractGroupTask extends CancellableTask {

    private static final Duration UNLIMITED = Duration.ofNanos(TimeLimit.NONE);

    /** The current request for admission. Guarded by the lock of the stripe. */
    private @Nullable TaskAdmission request;

    private volatile @Nullable TaskFailures failures;

    // Guarded by the lock of the stripe. A task that is held when it ends keeps its outcome until the last release.
    private @Nullable Holds holds;

    /**
     * Counts a task, and adds it to its group. It has a permit already if its admission grants at once.
     *
     * @param group what counts the task
     * @param options the task's name, or else it has the group's, and its {@linkplain TaskOptions#childOf parent}
     * @param parent the parent of a task whose options name none; or null for the task whose body this thread runs
     * @param origin returns where the task was made, for reports; null if that is unknown
     * @throws io.reactivetracker.TaskCancelledException if the group is cancelled
     * @throws io.reactivetracker.TrackerClosedException if the group is closed; to be replaced by {@link #refusal}
     */
    @SuppressWarnings("this-escape") // only if no timer takes its alarm; a subclass is not started then
    protected AbstractGroupTask(
            TaskGroup group, TaskOptions options, @Nullable TaskContext parent, Supplier<@Nullable String> origin) {
        super(group, options, parent, origin, false);
        startLimit();
    }

    /** Counts a task that is active without a permit. */
    @SuppressWarnings("this-escape")
    AbstractGroupTask(TaskGroup group, TaskOptions options) {
        super(group, options, null, () -> null, true);
        startLimit();
    }

    /**
     * Returns the error to throw where the constructor has thrown that the group's tracker is closed.
     *
     * @param group the group
     * @param options those of the task
     * @return an exception that says whether the group was closed or cancelled
     */
    protected static IllegalStateException refusal(TaskGroup group, TaskOptions options) {
        // Throws if the group is cancelled.
        String name = group.nameOf(options);
        JfrEvents.taskRefused(group.name(), name, 0, JfrEvents.Refusal.CLOSED, null);
        return new GroupClosedException(group.name(), "tasks");
    }

    // ---- the time limit ----

    /** Ends a task whose alarm no timer takes: it must not run without its limit. */
    private void startLimit() {
        TimeLimit limit = limit();
        if (limit != null) {
            try {
                limit.start(this);
            } catch (Throwable refused) {
                recordRefusal(JfrEvents.Refusal.TIMER, refused.getClass().getName());
                end(Outcome.REJECTED);
                throw refused;
            }
        }
    }

    /**
     * Cancels the task because its time limit is over. The executor gets the actions of the cancel. Runs no other code
     * of the application than its timer's clock.
     *
     * @return true if this call cancelled the task
     */
    final boolean timeOut(Executor executor) {
        TimeLimit limit = limit();
        return limit != null && !hasOutcome() && timeOut(limit.keep(timeout(limit)), executor);
    }

    /** Returns whether the task has ended, though what it left behind may hold it. */
    private boolean hasOutcome() {
        synchronized (stripe()) {
            return hasEnded() || (holds != null && holds.outcome != null);
        }
    }

    private TaskTimeoutException timeout(TimeLimit limit) {
        boolean isActive;
        TaskFailures known;
        boolean isDelayed;
        synchronized (stripe()) {
            isActive = isActiveNow();
            known = failures;
            isDelayed = known != null && known.isDelayed();
        }
        String activity;
        if (isDelayed) {
            activity = "while it waited for attempt " + attempt() + ": " + limit + ". Retry sooner";
        } else if (isActive) {
            activity = "while it was running: " + limit + ". Find out what it waits for";
        } else {
            activity = "while it was queued: " + limit + ". Admit more tasks at a time, or send less";
        }
        return TaskTimeoutException.of(
                this, age(limit), activity + ", or raise the limit", known == null ? null : known.lastError());
    }

    /** A clock that throws must not keep the task from being cancelled. */
    private Duration age(TimeLimit limit) {
        try {
            return group().clock().age(this);
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
            return limit.duration();
        }
    }

    @Override
    public final Duration remaining() {
        TimeLimit limit = limit();
        return limit == null ? UNLIMITED : limit.remaining();
    }

    // ---- admission ----

    /** Runs the next attempt: the task was admitted. */
    protected abstract void runAttempt();

    /**
     * Ends the task with an error: it was rejected, or the executor or the timer refuses its next attempt.
     *
     * @param error what to tell the downstream
     */
    protected abstract void fail(Throwable error);

    /**
     * Returns whether the task holds a permit.
     *
     * @return true if so
     */
    protected boolean isAdmitted() {
        return hasPermit();
    }

    /**
     * Starts the task, once: asks for admission unless it was admitted when it was issued.
     *
     * @return true if the caller runs the first attempt
     * @throws IllegalStateException if the task was started before and has not ended
     */
    protected final boolean start() {
        return tryStart() && (hasPermit() || ask());
    }

    /**
     * Asks for admission, unless the task still holds its permit. Returns whether it does; otherwise the answer goes
     * on.
     */
    private boolean ask() {
        TaskAdmission asked;
        synchronized (stripe()) {
            if (hasEnded()) {
                return false;
            }
            if (isActiveNow()) {
                return true;
            }
            asked = new TaskAdmission(this);
            request = asked;
        }
        asked.send();
        return false;
    }

    /** On the group's executor. */
    final void runNextAttempt() {
        if (ask()) {
            callAttempt();
        }
    }

    /** The answer to the request. */
    final void callAttempt() {
        if (isStarted()) {
            runAttempt();
        }
    }

    /** The answer to the request, or the refusal of the next attempt. */
    final void callFail(Throwable error) {
        if (isStarted()) {
            fail(error);
        }
    }

    /**
     * Takes the answer to a request, which is a grant if it has a permit. Returns false if the request is not the
     * current one. The caller holds the lock of the stripe.
     */
    final boolean acceptAnswer(TaskAdmission answered, @Nullable Permit granted) {
        // A cancelled task must not run, not even on the permit of a task that was cancelled just before it.
        if (request != answered || (granted != null && isCancelled())) {
            return false;
        }
        request = null;
        if (granted != null) {
            activate(granted);
        }
        return true;
    }

    /** Runs a step of this task on the group's executor; or, if that refuses, the other step in this thread. */
    final void execute(Runnable step, Consumer<? super Throwable> refused) {
        group().bodies().execute(() -> runStep(step), refusal -> runStep(() -> refused.accept(refusal)));
    }

    /**
     * Runs a step, which handles its failures. A failure that it did not handle ends the task, so that no permit is
     * lost.
     */
    final void runStep(Runnable step) {
        try {
            step.run();
        } catch (Throwable failure) {
            try {
                Throwables.reportUncaught(failure);
            } finally {
                end(Outcome.FAILED);
            }
        }
    }

    // ---- errors ----

    @Override
    public final int attempt() {
        TaskFailures known = failures;
        return known == null ? 1 : known.attempt();
    }

    /**
     * Returns what the attempt runs in place of the task's own body.
     *
     * @return null for the first attempt and for a retry
     */
    protected @Nullable Continuation continuation() {
        TaskFailures known = failures;
        return known == null ? null : known.continuation();
    }

    /**
     * Applies the group's error policy to an attempt that failed.
     *
     * @param error what the attempt failed with
     * @return true if the task goes on; false if the error ends it, and the caller calls {@link #end}
     */
    protected boolean retryOrResume(Throwable error) {
        if (outcomeOf(error) != Outcome.FAILED) {
            return false;
        }
        // One failure comes after the other, so no other thread creates it.
        TaskFailures known = failures;
        if (known == null) {
            known = new TaskFailures(this);
            failures = known;
        }
        return known.retryOrResume(error);
    }

    /**
     * Returns the outcome for an error: rejected if it is the rejection of this task, timed out if it is its own
     * {@link TaskTimeoutException}, failed if it is that of another task, cancelled if it is any other
     * {@code CancellationException}, failed otherwise.
     *
     * @param error the task's last signal
     * @return the outcome to end with
     */
    protected Outcome outcomeOf(Throwable error) {
        if (error instanceof TaskRejectedException rejection && rejection.isOf(this)) {
            return Outcome.REJECTED;
        }
        if (error instanceof TaskTimeoutException) {
            return isOwnTimeout(error) ? Outcome.TIMED_OUT : Outcome.FAILED;
        }
        return error instanceof CancellationException ? Outcome.CANCELLED : Outcome.FAILED;
    }

    /**
     * Returns whether the task may go on after an error.
     *
     * @return false if the group's policy is {@linkplain ErrorPolicy#isTerminal() terminal}
     */
    protected boolean canRetry() {
        return group().tasksCanRetry();
    }

    // ---- the end ----

    /**
     * Ends the task: it leaves the queue, is counted by its outcome and releases its permit; then the group's tracker
     * counts one less. What this sets off runs after all of it, in this thread.
     *
     * @param outcome how it ended; a cancelled task whose time limit was over is counted as timed out
     * @return true if and only if this call ended it
     */
    protected boolean end(Outcome outcome) {
        Objects.requireNonNull(outcome, "outcome must not be null");
        return endAs(outcome == Outcome.CANCELLED ? outcomeOfCancel() : outcome);
    }

    private boolean endAs(Outcome first) {
        Outcome outcome;
        TaskStripe stripe = stripe();
        TaskAdmission left;
        Registration delay;
        Permit held;
        boolean wasQueued;
        List<CancelledTasks> reports;
        group().state().stripes().detectContention(stripe);
        synchronized (stripe) {
            if (hasEnded()) {
                return false;
            }
            if (holds != null && holds.number > 0) {
                return holds.setOutcome(first);
            }
            // The last release ends the task by the outcome that it had before.
            outcome = holds == null || holds.outcome == null ? first : holds.outcome;
            stripe.setTaken(true);
            wasQueued = !isActiveNow();
            held = endState(outcome);
            reports = group().shutdowns().collecting(outcome);
            left = request;
            request = null;
            TaskFailures known = failures;
            delay = known == null ? null : known.takeDelay();
            endPhase();
            stripe.setTaken(false);
        }
        try {
            if (JfrEvents.recordsTasks()) {
                recordEnd(outcome, attempt());
            }
            for (CancelledTasks report : reports) {
                report.add(this, outcome, wasQueued);
            }
            if (left == null && delay == null && isReleasedAtOnce(held)) {
                leaveTree();
            } else {
                Trampoline.runBeforeItsCallbacks(() -> {
                    leaveTree();
                    if (left != null) {
                        left.leave();
                    }
                    if (delay != null) {
                        delay.close();
                    }
                    release(held, outcome);
                    super.close();
                });
            }
        } finally {
            // In the second case this has an effect only if the stack or the memory was exhausted.
            try {
                super.close();
            } finally {
                afterEnd();
            }
        }
        return true;
    }

    /** Called once, when the task has ended, is held no longer, and is not counted any more. */
    protected void afterEnd() {}

    /**
     * Keeps the task counted, and active, after its {@link #end}: code that its cancel does not wait for still runs.
     *
     * @return releases the task, to be run once; null if the task has ended
     */
    protected @Nullable Runnable hold() {
        synchronized (stripe()) {
            if (hasEnded()) {
                return null;
            }
            if (holds == null) {
                holds = new Holds();
            }
            holds.number++;
        }
        return this::release;
    }

    private void release() {
        Outcome outcome;
        synchronized (stripe()) {
            Holds ofTask = Objects.requireNonNull(holds);
            ofTask.number--;
            outcome = ofTask.outcome;
            if (ofTask.number > 0 || outcome == null) {
                return;
            }
        }
        boolean unused = end(outcome);
    }

    /** What keeps a task counted after its end. Guarded by the lock of the stripe. Few tasks have any. */
    private static final class Holds {

        private int number;

        /** The outcome of a task that has ended and is held. Set once. */
        private @Nullable Outcome outcome;

        boolean setOutcome(Outcome first) {
            boolean isFirst = outcome == null;
            if (isFirst) {
                outcome = first;
            }
            return isFirst;
        }
    }

    private void leaveTree() {
        TimeLimit limit = limit();
        if (limit != null) {
            limit.end();
        }
        endToken();
        forgetEndedAncestors();
    }

    /**
     * {@linkplain #end Ends} the task as {@link Outcome#CANCELLED}, unless it has ended. The code that runs it calls
     * {@code end}.
     */
    @Override
    public void close() {
        end(Outcome.CANCELLED);
    }
}
