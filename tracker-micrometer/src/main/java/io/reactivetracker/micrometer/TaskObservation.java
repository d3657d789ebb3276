// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.observation.Observation;
import io.reactivetracker.TaskTimeoutException;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskRejectedException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * The observation of one task. It starts once, is told of each attempt, and stops once.
 *
 * <p>Attempts begin one after the other, but another thread may cancel the task at the same time, and a stopped
 * observation must not be told of anything. So the task holds the observation until its end, a thread that tells it of
 * an attempt holds it meanwhile, and the last holder stops it:
 *
 * <pre>
 *   holders = 1            initially: the task
 *   enter   + 1, if not 0  an attempt begins
 *   leave   − 1            the observation was told of the attempt
 *   end     − 1            by the first thread that sets {@code end}: completion, error, cancel or exception
 *                          the thread that reaches 0 stops the observation
 * </pre>
 */
final class TaskObservation {

    /** The key under which Micrometer and Reactor keep the current observation in a {@code Context}. */
    static final String KEY = "micrometer.observation";

    private final Observation observation;
    private final boolean isOfGroup;
    private final Context downstream;

    private final AtomicInteger holders = new AtomicInteger(1);
    private final AtomicReference<@Nullable End> end = new AtomicReference<>();

    private volatile boolean hasBegun;
    private volatile @Nullable GroupTask task;

    private TaskObservation(Observation observation, boolean isOfGroup, Context downstream) {
        this.observation = observation;
        this.isOfGroup = isOfGroup;
        this.downstream = downstream;
    }

    static TaskObservation start(Observation observation, boolean isOfGroup, Context downstream) {
        TaskObservation started = new TaskObservation(observation, isOfGroup, downstream);
        if (downstream.hasKey(KEY)) {
            observation.parentObservation(downstream.get(KEY));
        }
        started.tell(observation::start);
        return started;
    }

    /** Called when an attempt begins: the only one of a tracker's task, or one of a group's task. */
    void attempt(ContextView context) {
        hasBegun = true;
        if (isOfGroup && context.getOrDefault(TaskContext.class, null) instanceof GroupTask groupTask) {
            task = groupTask;
            if (enter()) {
                tell(() -> observation.event(Observation.Event.of("started", "attempt " + groupTask.attempt())));
                leave();
            }
        }
    }

    /** Returns the context for the upstream. */
    Context inContext(Context context) {
        return context.delete(TaskObservation.class).put(KEY, observation);
    }

    void complete() {
        end(new End(ObservedOutcome.SUCCEEDED, null));
    }

    void cancel() {
        end(new End(ObservedOutcome.CANCELLED, null));
    }

    /** Called when the task ends with an error. */
    void fail(Throwable error) {
        end(new End(outcomeOf(error), error));
    }

    /** Called when the downstream or a request has thrown, after which no signal comes. */
    void threw(Throwable error) {
        end(new End(ObservedOutcome.FAILED, error));
    }

    private ObservedOutcome outcomeOf(Throwable error) {
        GroupTask groupTask = task;
        if (groupTask != null) {
            return ObservedOutcome.valueOf(groupTask.outcomeOf(error).name());
        }
        if (error instanceof TaskTimeoutException) {
            // Of a task that did not begin it is its own; of any other one it is that of a task that it waits for.
            return isOfGroup && !hasBegun ? ObservedOutcome.TIMED_OUT : ObservedOutcome.FAILED;
        }
        if (error instanceof CancellationException) {
            return ObservedOutcome.CANCELLED;
        }
        // After the beginning, these are errors of another task that this one waits for.
        if (!hasBegun && error instanceof TrackerClosedException) {
            return ObservedOutcome.REFUSED;
        }
        return !hasBegun && error instanceof TaskRejectedException ? ObservedOutcome.REJECTED : ObservedOutcome.FAILED;
    }

    private void end(End newEnd) {
        if (end.compareAndSet(null, newEnd)) {
            leave();
        }
    }

    private boolean enter() {
        return holders.getAndUpdate(before -> before == 0 ? 0 : before + 1) != 0;
    }

    private void leave() {
        if (holders.decrementAndGet() == 0) {
            stop(end.get());
        }
    }

    private void stop(@Nullable End how) {
        if (how != null) {
            ((TaskObservationContext) observation.getContext()).end(how.outcome);
            if (how.error != null && how.outcome != ObservedOutcome.CANCELLED) {
                tell(() -> observation.error(how.error));
            }
        }
        tell(observation::stop);
    }

    /** Reports exceptions of handlers and conventions, which must not affect the task. */
    private void tell(Runnable what) {
        try {
            what.run();
        } catch (Throwable broken) {
            Operators.onErrorDropped(broken, downstream);
        }
    }

    private record End(ObservedOutcome outcome, @Nullable Throwable error) {}
}
