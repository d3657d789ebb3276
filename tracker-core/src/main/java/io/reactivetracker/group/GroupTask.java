// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.Cascade;
import io.reactivetracker.internal.Failures;
import io.reactivetracker.internal.Names;
import io.reactivetracker.internal.Uncaught;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One task of a group, from issued to ended, as the code that runs it sees it: an adapter, or {@link TaskGroup#submit}.
 *
 * <p>It is issued by {@link TaskGroup#issue}. Then whoever runs it {@linkplain #admit asks for admission}, runs the body
 * once that is granted, has each error {@linkplain #failed judged}, {@linkplain #scheduleNextAttempt goes on} if the
 * policy says so, stops
 * the body when the {@linkplain #cancellationToken() token} is cancelled, and says how it {@linkplain #end ended} when its
 * downstream was told. To {@linkplain #close() close} it ends it as cancelled, unless it has ended.
 *
 * <p>Its states are those of {@link Ledger}, guarded by that lock. Who may change them: {@code admit}'s answer from
 * QUEUED to ACTIVE; {@code failed}, called by the body that failed, back to QUEUED; {@code end} from either to the end,
 * by whoever comes first. An answer that comes for a task that has gone on or ended is refused.
 */
public final class GroupTask extends TaskToken implements TaskContext {

    private enum State {
        QUEUED,
        ACTIVE,
        ENDED
    }

    private final TaskGroup group;
    private final String name;
    private final CancellationToken token;
    private final long issuedAt;
    private final Supplier<@Nullable String> origin;

    /** The nearest ancestor that had not ended when somebody looked; so ended ones are not kept. */
    private volatile @Nullable GroupTask parent;

    // Guarded by the group's ledger.
    private State state = State.QUEUED;
    private @Nullable AdmissionRequest request;
    private @Nullable Permit permit;

    private volatile int attempt = 1;
    private @Nullable Continuation continuation;

    // Used by one failure after the other.
    private @Nullable IdentityHashMap<ErrorPolicy, Object> states;

    GroupTask(
            TaskGroup group,
            TaskOptions options,
            @Nullable GroupTask parent,
            Supplier<@Nullable String> origin,
            long issuedAt) {
        super(group.tasks(), options);
        this.group = group;
        this.parent = nearestRunning(parent);
        this.name = Objects.requireNonNull(options.name(), "a task of a group has a name");
        try {
            this.token = group.cancellationToken().child(this);
        } catch (Throwable failure) {
            super.close();
            throw failure;
        }
        this.issuedAt = issuedAt;
        this.origin = origin;
    }

    @Override
    public long id() {
        return Objects.requireNonNull(runningTask()).id();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int attempt() {
        return attempt;
    }

    @Override
    public CancellationToken cancellationToken() {
        return token;
    }

    @Override
    public TaskGroup group() {
        return group;
    }

    private static @Nullable GroupTask nearestRunning(@Nullable GroupTask ancestor) {
        GroupTask nearest = ancestor;
        while (nearest != null && nearest.isClosed()) {
            nearest = nearest.parent;
        }
        return nearest;
    }

    /** A share of the permit of this limit that the nearest ancestor of a task holds; null if none holds one. */
    static @Nullable Permit shareOfAncestor(TaskContext task, Admission limit) {
        GroupTask ancestor = task instanceof GroupTask own ? own.parent : null;
        while (ancestor != null) {
            Permit share = ancestor.share(limit);
            if (share != null) {
                return share;
            }
            ancestor = ancestor.parent;
        }
        return null;
    }

    private @Nullable Permit share(Admission limit) {
        synchronized (group.ledger()) {
            // One that is still here was not given back.
            if (!(permit instanceof LimitPermit held) || !held.isOf(limit)) {
                return null;
            }
            SharedPermit shared = held instanceof SharedPermit already ? already : new SharedPermit(held);
            permit = shared;
            return shared.share();
        }
    }

    /**
     * Asks for admission, unless the task holds its permit still; then runs one of the two, once, unless the task ends
     * before.
     *
     * @param granted runs the body: in this thread before this returns, or later on the group's executor. What it throws
     *     then reaches that thread's uncaught-exception handler
     * @param rejected is told why the task is not admitted, in the same way; if the executor refuses, in the thread that
     *     answers
     * @return the way to leave the queue
     */
    public Registration admit(Runnable granted, Consumer<? super TaskRejectedException> rejected) {
        AdmissionRequest asked;
        synchronized (group.ledger()) {
            if (state == State.ENDED) {
                return WaitingLine.NO_PLACE;
            }
            asked = state == State.ACTIVE ? null : new AdmissionRequest(this, granted, rejected);
            request = asked;
        }
        if (asked == null) {
            granted.run();
            return WaitingLine.NO_PLACE;
        }
        return asked.send();
    }

    /**
     * Asks the group's policy what follows an error, and makes it so: the group or its parent is cancelled before this
     * returns, and a permit that is to be given up is given back.
     *
     * @param error what an attempt has failed with
     * @return how the task goes on, by {@link #scheduleNextAttempt}; or null if the error is the task's end
     */
    public Decision.@Nullable Again failed(Throwable error) {
        if (outcomeOf(error) != Outcome.FAILED) {
            return null;
        }
        Decision decision = decide(error);
        if (decision instanceof Decision.Again again) {
            return mayGoOn() && goOn(again, error) ? again : null;
        }
        if (!decision.equals(Decision.fail())) {
            // This task has failed, and is not to be cancelled by what it sets off.
            token.close(this);
            TaskGroup parent = decision.equals(Decision.cancelParent()) ? group.parent() : null;
            (parent == null ? group : parent).cancel(error);
        }
        return null;
    }

    /**
     * Runs one of the two, once: the next attempt, on the group's executor after the delay of the decision, or what is to be
     * done if the timer or the executor refuses it.
     *
     * @param decision what {@link #failed} returned
     * @param error what the last attempt has failed with
     * @param attempt asks for {@link #admit admission}, and runs the {@linkplain #continuation() continuation} or the same
     *     again. What it throws reaches the uncaught-exception handler of its thread, and fails the task
     * @param refused is given the error, with the refusal as suppressed: in this thread, or in the timer's
     * @return the way to take the attempt back while it waits for its time
     */
    public Registration scheduleNextAttempt(
            Decision.Again decision, Throwable error, Runnable attempt, Consumer<? super Throwable> refused) {
        Consumer<Throwable> end = refusal -> {
            Failures.suppress(error, refusal);
            refused.accept(error);
        };
        if (decision.delay().isZero()) {
            execute(attempt, end);
            return WaitingLine.NO_PLACE;
        }
        try {
            return Alarms.set(group.timer(), decision.delay(), () -> execute(attempt, end));
        } catch (Throwable refusal) {
            runStep(() -> end.accept(refusal));
            return WaitingLine.NO_PLACE;
        }
    }

    /** Runs a step of this task on the group's executor, or in this thread what is to be done if that refuses. */
    void execute(Runnable step, Consumer<? super Throwable> refused) {
        group.bodies().execute(() -> runStep(step), refusal -> runStep(() -> refused.accept(refusal)));
    }

    /** The code that runs the task handles its failures; one that it did not handle must not keep the permit. */
    private void runStep(Runnable step) {
        try {
            step.run();
        } catch (Throwable failure) {
            try {
                Uncaught.report(failure);
            } finally {
                end(Outcome.FAILED);
            }
        }
    }

    /**
     * What the attempt is to run in place of the task's own body, from the moment that {@link #failed} has said so.
     *
     * @return null at first, and where the same is tried again
     */
    public @Nullable Continuation continuation() {
        return continuation;
    }

    /**
     * Ends the task: it leaves the queue, its permit is given back, it is counted by its outcome, and then the tracker
     * counts one less.
     *
     * <p>What that sets off, the start of other tasks and the end of waits, comes after all of it, in this thread.
     *
     * @param outcome how it ended
     * @return true if and only if this call ended it
     */
    public boolean end(Outcome outcome) {
        Objects.requireNonNull(outcome, "outcome must not be null");
        AdmissionRequest left;
        Permit held;
        synchronized (group.ledger()) {
            if (state == State.ENDED) {
                return false;
            }
            group.ledger().end(this, state == State.ACTIVE, outcome);
            state = State.ENDED;
            left = takeRequest();
            held = takePermit();
        }
        try {
            Cascade.runBeforeItsLinks(() -> {
                token.end(this);
                if (left != null) {
                    left.leave();
                }
                release(held, outcome);
                parent = nearestRunning(parent);
                super.close();
            });
        } finally {
            // Has no effect unless the stack or the memory was at its end.
            super.close();
        }
        return true;
    }

    /**
     * {@linkplain #end Ends} the task as {@link Outcome#CANCELLED}, unless it has ended: so a task that is used as a resource
     * keeps neither its count nor its permit. Code that runs a task says how it ended.
     */
    @Override
    public void close() {
        end(Outcome.CANCELLED);
    }

    /** Takes back what was counted but not entered in the group's ledger. */
    void abandon() {
        token.end(this);
        super.close();
    }

    /** Also for the groups above it, and for what its ancestors keep open: they may wait for it. */
    @Override
    protected boolean keepsOpen(TaskTracker waited) {
        for (GroupTask task = this; task != null; task = task.parent) {
            for (TaskGroup counts = task.group; counts != null; counts = counts.parent()) {
                if (counts.isWaitedForBy(waited)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * The end that an error is: rejected if it says so of this task, cancelled if it is a {@code CancellationException},
     * failed otherwise.
     *
     * @param error the task's last signal
     * @return the outcome to end with
     */
    public Outcome outcomeOf(Throwable error) {
        if (error instanceof TaskRejectedException rejection && rejection.isOf(this)) {
            return Outcome.REJECTED;
        }
        return error instanceof CancellationException ? Outcome.CANCELLED : Outcome.FAILED;
    }

    /**
     * Whether the task may go on after an error: false if the group's policy is {@linkplain ErrorPolicy#isFinal() final}.
     *
     * @return whether {@link #failed} may return anything but null
     */
    public boolean mayGoOn() {
        return group.tasksMayGoOn();
    }

    long issuedAt() {
        return issuedAt;
    }

    boolean isActive() {
        synchronized (group.ledger()) {
            return state == State.ACTIVE;
        }
    }

    @Nullable
    String origin() {
        return origin.get();
    }

    @SuppressWarnings("unchecked") // a policy gets back what it put in
    <S> S state(ErrorPolicy policy, Supplier<? extends S> initial) {
        if (states == null) {
            states = new IdentityHashMap<>();
        }
        return (S)
                states.computeIfAbsent(policy, key -> Objects.requireNonNull(initial.get(), "state must not be null"));
    }

    private Decision decide(Throwable error) {
        try {
            return Objects.requireNonNull(
                    group.policy().onError(new Failure(this, error)), "the error policy returned null, not a decision");
        } catch (Throwable broken) {
            Failures.suppress(error, broken);
            return Decision.fail();
        }
    }

    private boolean goOn(Decision.Again again, Throwable error) {
        int made = attempt;
        if (made >= group.mostAttempts()) {
            Failures.suppress(
                    error,
                    new IllegalStateException("task \"" + name() + "\" failed " + made
                            + " times, as often as group \"" + group.name()
                            + "\" lets it try: have its policy give up, or raise mostAttempts"));
            return false;
        }
        attempt = made + 1;
        continuation = again.continuation();
        if (again.givesUpPermit()) {
            Permit held;
            synchronized (group.ledger()) {
                if (state != State.ACTIVE) {
                    return true;
                }
                group.ledger().queueAgain();
                state = State.QUEUED;
                held = takePermit();
            }
            release(held, Outcome.FAILED);
        }
        return true;
    }

    /**
     * Takes the answer to a request, unless the task has gone on since; with a permit the task is active. The caller holds the
     * lock.
     */
    boolean answered(AdmissionRequest asked, @Nullable Permit offered) {
        // What is cancelled must not run, not even on the permit of one that was cancelled just before it.
        if (request != asked || (offered != null && token.isCancelled())) {
            return false;
        }
        request = null;
        if (offered != null) {
            group.ledger().activate();
            state = State.ACTIVE;
            permit = offered;
        }
        return true;
    }

    /** The caller holds the lock. */
    private @Nullable Permit takePermit() {
        Permit held = permit;
        permit = null;
        return held;
    }

    /** The caller holds the lock. */
    private @Nullable AdmissionRequest takeRequest() {
        AdmissionRequest pending = request;
        request = null;
        return pending;
    }

    private static void release(@Nullable Permit held, Outcome outcome) {
        if (held != null) {
            try {
                held.release(outcome);
            } catch (Throwable broken) {
                Uncaught.report(broken);
            }
        }
    }

    /**
     * Names the task and its group.
     *
     * @return a description for messages, such as {@code task "ship" #12 of group "orders"}; its format may change
     */
    @Override
    public String toString() {
        return Names.describeTask(name, id(), "group", group.name());
    }
}
