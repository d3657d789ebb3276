// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.observation.Observation;
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
 * The observation of one task: started once, told of each attempt that begins, stopped once.
 *
 * <p>Attempts begin one after the other, but while one does, another thread may cancel the task; and an observation must not be
 * told of anything once it is stopped. So who tells it holds it, the task itself holds it until its end, and who lets go of it
 * last stops it:
 *
 * <pre>
 *   holders = 1            at first: the task
 *   enter   + 1, if not 0  who tells of an attempt that begins
 *   leave   − 1            the same, when that is told
 *   end     − 1            the first that sets {@code end}: completion, error, cancel, or something that threw
 *                          whoever makes it 0 stops the observation
 * </pre>
 */
final class TaskObservation {

    /** Where Micrometer and Reactor keep the current observation in a {@code Context}. */
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

    /** An attempt begins: that of a tracker's task, or one of those of a group's. */
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

    /** The context of what is upstream. */
    Context inContext(Context context) {
        return context.delete(TaskObservation.class).put(KEY, observation);
    }

    void complete() {
        end(new End(ObservedOutcome.SUCCEEDED, null));
    }

    void cancel() {
        end(new End(ObservedOutcome.CANCELLED, null));
    }

    /** The task was told to end with an error. */
    void fail(Throwable error) {
        end(new End(outcomeOf(error), error));
    }

    /** The downstream, or a request, has thrown: so no signal comes any more. */
    void threw(Throwable error) {
        end(new End(ObservedOutcome.FAILED, error));
    }

    private ObservedOutcome outcomeOf(Throwable error) {
        GroupTask groupTask = task;
        if (groupTask != null) {
            return ObservedOutcome.valueOf(groupTask.outcomeOf(error).name());
        }
        if (error instanceof CancellationException) {
            return ObservedOutcome.CANCELLED;
        }
        // Once it has begun, these come from another task, that this one waits for.
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

    /** A handler or a convention that is broken is to be known, and to disturb no task. */
    private void tell(Runnable what) {
        try {
            what.run();
        } catch (Throwable broken) {
            Operators.onErrorDropped(broken, downstream);
        }
    }

    private record End(ObservedOutcome outcome, @Nullable Throwable error) {}
}
