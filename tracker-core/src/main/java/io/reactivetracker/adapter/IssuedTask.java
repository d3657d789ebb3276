// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.group.AbstractGroupTask;
import io.reactivetracker.group.Continuation;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.internal.CancelScope;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A task of a group that runs a {@link TaskBody}. */
final class IssuedTask extends AbstractGroupTask implements GroupTask {

    // Written before the task is started and after it has ended, and read in between.
    private @Nullable TaskBody body;

    private IssuedTask(
            TaskGroup group, TaskOptions options, @Nullable TaskContext parent, Supplier<@Nullable String> origin) {
        super(group, options, parent, origin);
    }

    static IssuedTask issue(
            TaskGroup group, TaskOptions options, @Nullable TaskContext parent, Supplier<@Nullable String> origin) {
        try {
            return new IssuedTask(group, options, parent, origin);
        } catch (TrackerClosedException closed) {
            throw refusal(group, options);
        }
    }

    @Override
    public boolean start(TaskBody newBody) {
        Objects.requireNonNull(newBody, "body must not be null");
        if (body != null) {
            throw startedBefore();
        }
        body = newBody;
        return start();
    }

    @Override
    protected void afterEnd() {
        TaskBody ended = body;
        // A task that is retained must not retain its body.
        body = null;
        if (ended != null) {
            ended.taskEnded();
        }
    }

    @Override
    protected void runAttempt() {
        TaskBody current = body;
        if (current != null) {
            current.attempt();
        }
    }

    @Override
    protected void fail(Throwable error) {
        TaskBody current = body;
        if (current != null) {
            current.fail(error);
        }
    }

    @Override
    protected void cancelTask() {
        TaskBody current = body;
        if (current != null) {
            current.cancelTask();
        }
    }

    @Override
    protected @Nullable String operators() {
        TaskBody current = isStarted() ? body : null;
        return current == null ? null : current.operators();
    }

    @Override
    public void runCancel(Runnable cancel) {
        CancelScope.run(this::hold, cancel);
    }

    // The rest is what every task of a group does.

    @Override
    public boolean end(Outcome outcome) {
        return super.end(outcome);
    }

    @Override
    public boolean isAdmitted() {
        return super.isAdmitted();
    }

    @Override
    public boolean retryOrResume(Throwable error) {
        return super.retryOrResume(error);
    }

    @Override
    public @Nullable Continuation continuation() {
        return super.continuation();
    }

    @Override
    public boolean isCancelled() {
        return super.isCancelled();
    }

    @Override
    public @Nullable Throwable cancellationCause() {
        return super.cancellationCause();
    }

    @Override
    public TaskCancelledException cancellation() {
        return super.cancellation();
    }

    @Override
    public Outcome outcomeOf(Throwable error) {
        return super.outcomeOf(error);
    }

    @Override
    public boolean canRetry() {
        return super.canRetry();
    }
}
