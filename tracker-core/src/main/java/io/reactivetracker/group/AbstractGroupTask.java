// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.Throwables;
import io.reactivetracker.internal.Trampoline;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task in its group: its count, its place on a {@linkplain TaskStripe stripe}, its state and its permit, in one object.
 *
 * <p>The base of the tasks of {@code submit} and of the {@code GroupTask} of the package {@code adapter}, which is what the
 * code that runs a task uses. Applications see a task as a {@link TaskContext}.
 *
 * <pre>
 *   state   guarded by the lock of the stripe
 *           QUEUED → ACTIVE      the answer to its request, if that is the current one and the task is not cancelled
 *           ACTIVE → QUEUED      {@link #retryOrResume}, called by the attempt that failed
 *           any → ENDED          {@link #end}, the first call
 *
 *   phase   changed by compare-and-set, but for ENDED
 *           NEW → STARTED        {@link #start()}, once
 *           NEW → CANCELLED      {@link #cancel}, called for each task by the cancel of the group, and by that of the task's
 *           STARTED → CANCELLED  own token; the call that makes the second transition calls {@link #cancelTask}
 *           NEW → DETACHED       an error that is the task's end, and cancels the group: that does not cancel this task
 *           STARTED → DETACHED
 *           any but CANCELLED → ENDED   {@link #end}, under the lock of the stripe
 * </pre>
 *
 * <p>No cancel is missed. A task is on its stripe before it starts. A group is marked as cancelled before its tasks are
 * walked, and a task reads the mark after its phase is STARTED. So either the walk finds the phase STARTED, or the task sees
 * the mark. What {@link #runAttempt}, {@link #fail} and {@link #cancelTask} read is written before the phase is STARTED and
 * read after it was seen so.
 */
public abstract class AbstractGroupTask extends TaskToken implements TaskContext {

    /** Ids tell tasks apart that were issued at the same time. */
    static final Comparator<AbstractGroupTask> OLDEST_FIRST = (one, other) -> {
        int byTime = Long.signum(one.issuedAt - other.issuedAt);
        return byTime != 0 ? byTime : Long.compare(one.id, other.id);
    };

    private enum State {
        QUEUED,
        ACTIVE,
        ENDED
    }

    // The phases. The first is the default of the field, so that a new task writes none.
    private static final int NEW = 0;
    private static final int STARTED = 1;
    private static final int CANCELLED = 2;
    private static final int DETACHED = 3;
    private static final int ENDED = 4;

    private static final VarHandle PHASE;

    static {
        try {
            PHASE = MethodHandles.lookup().findVarHandle(AbstractGroupTask.class, "phase", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final TaskGroup group;
    private final String name;
    private final long issuedAt;
    private final Supplier<@Nullable String> origin;

    /** The nearest ancestor that had not ended at the last look, so ended ones are not kept. */
    private volatile @Nullable AbstractGroupTask parent;

    private volatile int phase;

    /** A child of the group's token; created when it is first requested. */
    private volatile @Nullable CancellationToken token;

    // Set once, when it is added to its stripe.
    private final TaskStripe stripe;
    private final long id;

    // Guarded by the stripe, the links too.
    @Nullable
    AbstractGroupTask previous;

    @Nullable
    AbstractGroupTask next;

    private State state;
    private @Nullable Permit permit;
    private @Nullable TaskAdmission request;

    private volatile @Nullable TaskFailures failures;

    /**
     * Counts a task, and adds it to its group. It has a permit already if its admission grants at once.
     *
     * @param group what counts the task
     * @param options the task's name, or else it has the group's, and its {@linkplain TaskOptions#childOf parent}
     * @param parent the parent of a task whose options name none; or null for the task whose body this thread runs
     * @param origin returns where the task was made, for reports; null if nobody knows
     * @throws TaskCancelledException if the group is cancelled
     * @throws io.reactivetracker.TrackerClosedException if the group is closed; to be replaced by {@link #refusal}
     */
    protected AbstractGroupTask(
            TaskGroup group, TaskOptions options, @Nullable TaskContext parent, Supplier<@Nullable String> origin) {
        // What may throw is done before the task is counted.
        this(
                group,
                group.nameOf(options),
                Ancestors.parentOf(options, parent),
                Objects.requireNonNull(origin, "origin must not be null"),
                group.timeOfIssue(),
                false);
    }

    /** Counts a task that is active without a permit. */
    AbstractGroupTask(TaskGroup group, TaskOptions options) {
        this(group, group.nameOf(options), Ancestors.parentOf(options, null), () -> null, group.timeOfIssue(), true);
    }

    @SuppressWarnings("this-escape") // to those who look at the group, which is what it is for
    private AbstractGroupTask(
            TaskGroup group,
            String name,
            @Nullable AbstractGroupTask parent,
            Supplier<@Nullable String> origin,
            long issuedAt,
            boolean isActive) {
        super(group.tasks(), TaskGroup.STRICT);
        this.group = group;
        this.name = name;
        if (parent != null) {
            this.parent = Ancestors.nearestRunning(parent);
        }
        this.origin = origin;
        this.issuedAt = issuedAt;
        Permit granted = null;
        boolean isAdded = false;
        try {
            granted = isActive ? Permit.NOTHING_TO_RELEASE : group.tryGrant(this);
            this.permit = granted;
            this.state = granted == null ? State.QUEUED : State.ACTIVE;
            this.stripe = group.ledger().stripes().current();
            synchronized (stripe) {
                stripe.setTaken(true);
                this.id = stripe.nextId();
                stripe.add(this, granted != null);
                stripe.setTaken(false);
            }
            isAdded = true;
        } finally {
            if (!isAdded) {
                release(granted, Outcome.CANCELLED);
                super.close();
            }
        }
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
        String unused = group.nameOf(options);
        return new GroupClosedException(group.name(), "tasks");
    }

    @Override
    public final long id() {
        return id;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final int attempt() {
        TaskFailures known = failures;
        return known == null ? 1 : known.attempt();
    }

    @Override
    public final RunningTask runningTask() {
        return group.clock().describe(List.of(this)).get(0);
    }

    @Override
    public final String groupName() {
        return group.name();
    }

    final TaskGroup group() {
        return group;
    }

    final long issuedAt() {
        return issuedAt;
    }

    @Nullable
    final String origin() {
        return origin.get();
    }

    // ---- its ancestors, whose permits it shares ----

    final @Nullable AbstractGroupTask parent() {
        return parent;
    }

    final boolean isOver() {
        return isClosed();
    }

    /** Returns a share of the permit of that limit which this task holds; null if it holds none. */
    final @Nullable Permit share(Admission limit) {
        synchronized (stripe) {
            // A permit that is still here was not given back.
            if (!(permit instanceof LimitPermit held) || !held.isOf(limit)) {
                return null;
            }
            SharedPermit shared = held instanceof SharedPermit already ? already : new SharedPermit(held);
            permit = shared;
            return shared.share();
        }
    }

    @Override
    protected final boolean keepsOpen(TaskTracker waited) {
        return Ancestors.keepOpen(this, waited);
    }

    // ---- admission ----

    /** Runs the next attempt: the task was admitted. */
    protected abstract void runAttempt();

    /**
     * Ends the task with an error: it was rejected, or what runs its next attempt refuses to.
     *
     * @param error what to tell the downstream
     */
    protected abstract void fail(Throwable error);

    /** Ends the task because it was cancelled: stops what runs, and tells the downstream. */
    protected abstract void cancelTask();

    /**
     * Returns whether the task holds a permit.
     *
     * @return true if so
     */
    protected boolean isAdmitted() {
        return permit != null;
    }

    /**
     * Starts the task, once: asks for admission unless it was admitted when it was issued.
     *
     * @return true if the caller runs the first attempt
     * @throws IllegalStateException if the task was started before and has not ended
     */
    protected final boolean start() {
        if (!PHASE.compareAndSet(this, NEW, STARTED)) {
            int before = phase;
            if (before == STARTED) {
                throw startedBefore();
            }
            if (before == CANCELLED) {
                cancelTask();
            }
            return false;
        }
        if (group.cancellationToken().isCancelled()) {
            cancel();
            return false;
        }
        return permit != null || ask();
    }

    /**
     * Creates the error of a second start.
     *
     * @return an exception that names the task
     */
    protected final IllegalStateException startedBefore() {
        return new IllegalStateException(this + " was started before: a task is started once");
    }

    /** Asks for admission, unless the task holds its permit still. Returns whether it does; else a method is called. */
    private boolean ask() {
        TaskAdmission asked;
        synchronized (stripe) {
            if (state == State.ENDED) {
                return false;
            }
            if (state == State.ACTIVE) {
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

    /** By the answer to the request. */
    final void callAttempt() {
        if (phase == STARTED) {
            runAttempt();
        }
    }

    /** By the answer to the request, or by what refuses to run the next attempt. */
    final void callFail(Throwable error) {
        if (phase == STARTED) {
            fail(error);
        }
    }

    /**
     * Takes the answer to a request, unless the task has gone on since; with a permit the task is active. The caller holds the
     * lock.
     */
    final boolean acceptAnswer(TaskAdmission asked, @Nullable Permit offered) {
        // What is cancelled must not run, not even on the permit of one that was cancelled just before it.
        if (request != asked || (offered != null && isCancelled())) {
            return false;
        }
        request = null;
        if (offered != null) {
            stripe.activate();
            state = State.ACTIVE;
            permit = offered;
        }
        return true;
    }

    /** Runs a step of this task on the group's executor, or in this thread what is to be done if that refuses. */
    final void execute(Runnable step, Consumer<? super Throwable> refused) {
        group.bodies().execute(() -> runStep(step), refusal -> runStep(() -> refused.accept(refusal)));
    }

    /** The body handles its failures; one that it did not handle must not keep the permit. */
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

    /**
     * Applies the group's error policy to an attempt that failed.
     *
     * @param error what the attempt has failed with
     * @return true if the task goes on; false if the error is its end, which is the caller's to make
     */
    protected boolean retryOrResume(Throwable error) {
        if (outcomeOf(error) != Outcome.FAILED) {
            return false;
        }
        Decision decision = failures().decide(error);
        if (decision instanceof Decision.Retry retry) {
            return canRetry() && failures().retry(retry, error);
        }
        if (!decision.equals(Decision.fail())) {
            detach();
            TaskGroup above = decision.equals(Decision.cancelParent()) ? group.parent() : null;
            (above == null ? group : above).cancel(error);
        }
        return false;
    }

    /** Made by the first failure; one failure comes after the other. */
    private TaskFailures failures() {
        TaskFailures made = failures;
        if (made == null) {
            made = new TaskFailures(this);
            failures = made;
        }
        return made;
    }

    /**
     * Returns what the attempt is to run in place of the task's own body.
     *
     * @return null at first, and where the same is tried again
     */
    protected @Nullable Continuation continuation() {
        TaskFailures known = failures;
        return known == null ? null : known.continuation();
    }

    /** This task has failed, and is not to be cancelled by what it sets off. */
    private void detach() {
        int now = phase;
        if (now < CANCELLED) {
            boolean unused = PHASE.compareAndSet(this, now, DETACHED);
        }
        CancellationToken made = token;
        if (made != null) {
            made.close(this);
        }
    }

    /** Gives the permit up, to ask for another one: false if the task has ended. */
    final boolean releasePermit() {
        Permit held;
        synchronized (stripe) {
            if (state != State.ACTIVE) {
                return false;
            }
            stripe.queueAgain();
            state = State.QUEUED;
            held = takePermit();
        }
        release(held, Outcome.FAILED);
        return true;
    }

    /**
     * Returns the outcome that an error is: rejected if it says so of this task, cancelled if it is a
     * {@code CancellationException}, failed otherwise.
     *
     * @param error the task's last signal
     * @return the outcome to end with
     */
    protected Outcome outcomeOf(Throwable error) {
        if (error instanceof TaskRejectedException rejection && rejection.isOf(this)) {
            return Outcome.REJECTED;
        }
        return error instanceof CancellationException ? Outcome.CANCELLED : Outcome.FAILED;
    }

    /**
     * Returns whether the task may go on after an error.
     *
     * @return false if the group's policy is {@linkplain ErrorPolicy#isTerminal() terminal}
     */
    protected boolean canRetry() {
        return group.tasksCanRetry();
    }

    // ---- cancel ----

    /** Cancels this task; has no effect on one that is cancelled, detached or ended. What the body throws is reported. */
    final void cancel() {
        int now = phase;
        while (now < CANCELLED) {
            int seen = (int) PHASE.compareAndExchange(this, now, CANCELLED);
            if (seen == now) {
                if (now == STARTED) {
                    callCancel();
                }
                return;
            }
            now = seen;
        }
    }

    private void callCancel() {
        try {
            cancelTask();
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
        }
    }

    /**
     * Returns whether the task is cancelled: by itself, with its group, or with a group above. Creates no token.
     *
     * @return true from then on
     */
    protected boolean isCancelled() {
        int now = phase;
        if (now == CANCELLED) {
            return true;
        }
        CancellationToken made = token;
        return made == null ? now < CANCELLED && group.cancellationToken().isCancelled() : made.isCancelled();
    }

    /**
     * Returns why the task was cancelled.
     *
     * @return the cause, or null if none was given or the task is not cancelled
     */
    protected @Nullable Throwable cancellationCause() {
        if (!isCancelled()) {
            return null;
        }
        CancellationToken made = token;
        return made == null ? group.cancellationToken().cause() : made.cause();
    }

    /**
     * Creates the error that tells a downstream of the cancel.
     *
     * @return an exception that names the task, with the cause
     */
    protected TaskCancelledException cancellation() {
        return TaskCancelledException.of(this, cancellationCause());
    }

    @Override
    public final CancellationToken cancellationToken() {
        CancellationToken made = token;
        return made == null ? makeToken() : made;
    }

    private CancellationToken makeToken() {
        CancellationToken child = group.cancellationToken().child(this);
        CancellationToken made;
        synchronized (stripe) {
            made = token;
            if (made == null) {
                made = phase > CANCELLED ? CancellationToken.create(this) : child;
                token = made;
            }
        }
        if (!made.equals(child)) {
            child.end(this);
            return made;
        }
        // The cancel of the group is on its way to this task by itself, and the thread that asks need not run it.
        if (!group.cancellationToken().isCancelled()) {
            Registration unused = made.onCancel(this::cancel);
        }
        return made;
    }

    // ---- the end ----

    /**
     * Ends the task: it leaves the queue, its permit is given back, it is counted by its outcome, and then the tracker
     * counts one less. What that sets off comes after all of it, in this thread.
     *
     * @param outcome how it ended
     * @return true if and only if this call ended it
     */
    protected boolean end(Outcome outcome) {
        Objects.requireNonNull(outcome, "outcome must not be null");
        TaskAdmission left;
        Registration delay;
        Permit held;
        group.ledger().stripes().detectContention(stripe);
        synchronized (stripe) {
            if (state == State.ENDED) {
                return false;
            }
            stripe.setTaken(true);
            stripe.end(this, state == State.ACTIVE, outcome);
            state = State.ENDED;
            left = request;
            request = null;
            TaskFailures known = failures;
            delay = known == null ? null : known.takeDelay();
            held = takePermit();
            if (phase != CANCELLED) {
                PHASE.setRelease(this, ENDED);
            }
            stripe.setTaken(false);
        }
        try {
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
            // In the second case it has no effect unless the stack or the memory was at its end.
            super.close();
        }
        return true;
    }

    private void leaveTree() {
        CancellationToken made = token;
        if (made != null) {
            made.end(this);
        }
        if (parent != null) {
            parent = Ancestors.nearestRunning(parent);
        }
    }

    /** {@linkplain #end Ends} the task as {@link Outcome#CANCELLED}, unless it has ended. The code that runs it calls {@code end}. */
    @Override
    public void close() {
        end(Outcome.CANCELLED);
    }

    final boolean isActive() {
        synchronized (stripe) {
            return isActiveNow();
        }
    }

    /** The caller holds the lock. */
    final boolean hasEnded() {
        return state == State.ENDED;
    }

    /** The caller holds the lock. */
    final boolean isActiveNow() {
        return state == State.ACTIVE;
    }

    /** The caller holds the lock. */
    private @Nullable Permit takePermit() {
        Permit held = permit;
        permit = null;
        return held;
    }

    /** Gives a permit back that nobody waits for; false if {@link #release} is to do it, which may start others. */
    private static boolean isReleasedAtOnce(@Nullable Permit held) {
        return held == null
                || held == Permit.NOTHING_TO_RELEASE
                || (held instanceof ConcurrencyLimit.SlotPermit ofLimit && ofLimit.tryRelease());
    }

    private static void release(@Nullable Permit held, Outcome outcome) {
        if (held != null) {
            try {
                held.release(outcome);
            } catch (Throwable broken) {
                Throwables.reportUncaught(broken);
            }
        }
    }

    /** The lock that guards the state of this task. */
    final TaskStripe stripe() {
        return stripe;
    }

    /**
     * Names the task and its group.
     *
     * @return a description for messages, such as {@code task "ship" #12 of group "orders"}; its format may change
     */
    @Override
    public final String toString() {
        return "task \"" + name + "\" #" + id() + " of group \"" + group.name() + "\"";
    }
}
