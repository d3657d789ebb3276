// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.Throwables;
import io.reactivetracker.internal.Trampoline;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Comparator;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task in its group: its count, its place on a {@linkplain TaskStripe stripe}, its state and what it holds, in one object.
 *
 * <pre>
 *   state   those of {@link GroupTask}, guarded by the lock of the stripe
 *           QUEUED → ACTIVE   the answer to its request, if that is the current one and the task is not cancelled
 *           ACTIVE → QUEUED   {@link #retryOrResume}, called by the attempt that failed
 *           any → ENDED       {@link #end}, by the first that calls it
 *
 *   body    null → the body → CANCELLED | DETACHED, and from any of them → ENDED;  by compare-and-set but for ENDED
 *           the body          {@link #start}, once
 *           CANCELLED         {@link #cancel}, called for each task by the cancel of the group, and by that of the task's own
 *                             token: of these the one that sets it calls the body's cancel, if there was a body
 *           DETACHED          an error that is the task's end, and cancels the group: that does not cancel this task
 * </pre>
 *
 * <p>No cancel is missed. A task is on its stripe before it is started. A group is marked as cancelled before its tasks are
 * gone through, and a task looks at the mark after its body is set. So the one finds the body, or the other sees the mark.
 */
final class IssuedTask extends TaskToken implements GroupTask {

    /** Ids tell tasks apart that were issued at the same time. */
    static final Comparator<IssuedTask> OLDEST_FIRST = (one, other) -> {
        int byTime = Long.signum(one.issuedAt - other.issuedAt);
        return byTime != 0 ? byTime : Long.compare(one.id, other.id);
    };

    private enum State {
        QUEUED,
        ACTIVE,
        ENDED
    }

    /** What stands in the place of a body that is not to be called any more. */
    private enum NoBody implements TaskBody {
        CANCELLED,
        DETACHED,
        ENDED;

        @Override
        public void attempt() {}

        @Override
        public void fail(Throwable error) {}

        @Override
        public void cancelTask() {}
    }

    private static final VarHandle BODY;

    static {
        try {
            BODY = MethodHandles.lookup().findVarHandle(IssuedTask.class, "body", TaskBody.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final TaskGroup group;
    private final String name;
    private final long issuedAt;
    private final Supplier<@Nullable String> origin;

    /** The nearest ancestor that had not ended when somebody looked; so ended ones are not kept. */
    private volatile @Nullable IssuedTask parent;

    private volatile @Nullable TaskBody body;

    /** Made when somebody asks for it; a child of the group's. */
    private volatile @Nullable CancellationToken token;

    // Set once, when it is added to its stripe.
    private final TaskStripe stripe;
    private final long id;

    // Guarded by the stripe, the links too.
    @Nullable
    IssuedTask previous;

    @Nullable
    IssuedTask next;

    private State state;
    private @Nullable Permit permit;
    private @Nullable TaskAdmission request;

    private volatile @Nullable TaskFailures failures;

    /** Counts a task, and adds it to a stripe of its group. It has a permit already if its admission grants at once. */
    @SuppressWarnings("this-escape") // to those who look at the group, which is what it is for
    IssuedTask(
            TaskGroup group,
            String name,
            @Nullable IssuedTask parent,
            Supplier<@Nullable String> origin,
            long issuedAt) {
        super(group.tasks(), TaskGroup.STRICT);
        this.group = group;
        this.name = name;
        if (parent != null) {
            this.parent = nearestRunning(parent);
        }
        this.origin = origin;
        this.issuedAt = issuedAt;
        Permit granted = null;
        boolean isAdded = false;
        try {
            granted = group.tryGrant(this);
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

    @Override
    public long id() {
        return id;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int attempt() {
        TaskFailures known = failures;
        return known == null ? 1 : known.attempt();
    }

    @Override
    public String groupName() {
        return group.name();
    }

    TaskGroup group() {
        return group;
    }

    long issuedAt() {
        return issuedAt;
    }

    @Nullable
    String origin() {
        return origin.get();
    }

    // ---- its ancestors, whose permits it shares ----

    private static @Nullable IssuedTask nearestRunning(@Nullable IssuedTask ancestor) {
        IssuedTask nearest = ancestor;
        while (nearest != null && nearest.isClosed()) {
            nearest = nearest.parent;
        }
        return nearest;
    }

    /** A share of the permit of this limit that the nearest ancestor holds; null if none holds one. */
    @Nullable
    Permit shareOfAncestor(Admission limit) {
        IssuedTask ancestor = parent;
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
        synchronized (stripe) {
            // One that is still here was not given back.
            if (!(permit instanceof LimitPermit held) || !held.isOf(limit)) {
                return null;
            }
            SharedPermit shared = held instanceof SharedPermit already ? already : new SharedPermit(held);
            permit = shared;
            return shared.share();
        }
    }

    /** Also for the groups above it, and for what its ancestors keep open: they may wait for it. */
    @Override
    protected boolean keepsOpen(TaskTracker waited) {
        for (IssuedTask task = this; task != null; task = task.parent) {
            for (TaskGroup counts = task.group; counts != null; counts = counts.parent()) {
                if (counts.isWaitedForBy(waited)) {
                    return true;
                }
            }
        }
        return false;
    }

    // ---- admission ----

    @Override
    public boolean isAdmitted() {
        return permit != null;
    }

    @Override
    public boolean start(TaskBody newBody) {
        Objects.requireNonNull(newBody, "body must not be null");
        if (!BODY.compareAndSet(this, null, newBody)) {
            TaskBody before = body;
            if (!(before instanceof NoBody)) {
                throw new IllegalStateException(this + " was started before: a task is started once");
            }
            if (before == NoBody.CANCELLED) {
                newBody.cancelTask();
            }
            return false;
        }
        if (group.cancellationToken().isCancelled()) {
            cancel();
            return false;
        }
        return permit != null || ask();
    }

    /** Asks for admission, unless the task holds its permit still. Returns whether it does; else the body is called. */
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
    void runNextAttempt() {
        if (ask()) {
            callAttempt();
        }
    }

    /** By the answer to the request. */
    void callAttempt() {
        TaskBody granted = body;
        if (granted != null) {
            granted.attempt();
        }
    }

    /** By the answer to the request, or by what refuses to run the next attempt. */
    void callFail(Throwable error) {
        TaskBody refused = body;
        if (refused != null) {
            refused.fail(error);
        }
    }

    /**
     * Takes the answer to a request, unless the task has gone on since; with a permit the task is active. The caller holds the
     * lock.
     */
    boolean answered(TaskAdmission asked, @Nullable Permit offered) {
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
    void execute(Runnable step, Consumer<? super Throwable> refused) {
        group.bodies().execute(() -> runStep(step), refusal -> runStep(() -> refused.accept(refusal)));
    }

    /** The body handles its failures; one that it did not handle must not keep the permit. */
    void runStep(Runnable step) {
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
    public boolean retryOrResume(Throwable error) {
        if (outcomeOf(error) != Outcome.FAILED) {
            return false;
        }
        Decision decision = failures().decide(error);
        if (decision instanceof Decision.Retry retry) {
            return canRetry() && failures().retry(retry, error);
        }
        if (!decision.equals(Decision.fail())) {
            detach();
            TaskGroup parent = decision.equals(Decision.cancelParent()) ? group.parent() : null;
            (parent == null ? group : parent).cancel(error);
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

    @Override
    public @Nullable Continuation continuation() {
        TaskFailures known = failures;
        return known == null ? null : known.continuation();
    }

    <S> S state(ErrorPolicy policy, Supplier<? extends S> initial) {
        return failures().state(policy, initial);
    }

    /** This task has failed, and is not to be cancelled by what it sets off. */
    private void detach() {
        TaskBody now = body;
        if (!(now instanceof NoBody)) {
            boolean unused = BODY.compareAndSet(this, now, NoBody.DETACHED);
        }
        CancellationToken made = token;
        if (made != null) {
            made.close(this);
        }
    }

    /** Gives the permit up, to ask for another one: false if the task has ended. */
    boolean releasePermit() {
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

    @Override
    public Outcome outcomeOf(Throwable error) {
        if (error instanceof TaskRejectedException rejection && rejection.isOf(this)) {
            return Outcome.REJECTED;
        }
        return error instanceof CancellationException ? Outcome.CANCELLED : Outcome.FAILED;
    }

    @Override
    public boolean canRetry() {
        return group.tasksCanRetry();
    }

    // ---- cancel ----

    /** Cancels this task, which has no effect on one that is cancelled, detached or ended. What the body throws is reported. */
    void cancel() {
        TaskBody now = body;
        while (!(now instanceof NoBody)) {
            TaskBody seen = (TaskBody) BODY.compareAndExchange(this, now, NoBody.CANCELLED);
            if (seen == now) {
                if (now != null) {
                    callCancel(now);
                }
                return;
            }
            now = seen;
        }
    }

    private static void callCancel(TaskBody cancelled) {
        try {
            cancelled.cancelTask();
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
        }
    }

    @Override
    public boolean isCancelled() {
        TaskBody now = body;
        if (now == NoBody.CANCELLED) {
            return true;
        }
        CancellationToken made = token;
        return made == null
                ? !(now instanceof NoBody) && group.cancellationToken().isCancelled()
                : made.isCancelled();
    }

    @Override
    public @Nullable Throwable cancellationCause() {
        if (!isCancelled()) {
            return null;
        }
        CancellationToken made = token;
        return made == null ? group.cancellationToken().cause() : made.cause();
    }

    @Override
    public CancellationToken cancellationToken() {
        CancellationToken made = token;
        return made == null ? makeToken() : made;
    }

    private CancellationToken makeToken() {
        CancellationToken child = group.cancellationToken().child(this);
        CancellationToken made;
        synchronized (stripe) {
            made = token;
            if (made == null) {
                boolean isOver = body == NoBody.DETACHED || body == NoBody.ENDED;
                made = isOver ? CancellationToken.create(this) : child;
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

    @Override
    public boolean end(Outcome outcome) {
        Objects.requireNonNull(outcome, "outcome must not be null");
        TaskAdmission left;
        Registration unneeded;
        Permit held;
        group.ledger().stripes().lookForOthers(stripe);
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
            unneeded = known == null ? null : known.takeAlarm();
            held = takePermit();
            if (body != NoBody.CANCELLED) {
                // Who keeps the task need not keep what it ran.
                BODY.setRelease(this, NoBody.ENDED);
            }
            stripe.setTaken(false);
        }
        try {
            if (left == null && unneeded == null && isReleasedAtOnce(held)) {
                leaveTree();
            } else {
                Trampoline.runBeforeItsLinks(() -> {
                    leaveTree();
                    if (left != null) {
                        left.leave();
                    }
                    if (unneeded != null) {
                        unneeded.close();
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
            parent = nearestRunning(parent);
        }
    }

    /**
     * {@linkplain #end Ends} the task as {@link Outcome#CANCELLED}, unless it has ended. Nobody calls it: who runs a task sees a
     * {@link GroupTask}, and says how it ended.
     */
    @Override
    public void close() {
        end(Outcome.CANCELLED);
    }

    boolean isActive() {
        synchronized (stripe) {
            return isActiveNow();
        }
    }

    /** The caller holds the lock. */
    boolean hasEnded() {
        return state == State.ENDED;
    }

    /** The caller holds the lock. */
    boolean isActiveNow() {
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
                || (held instanceof ConcurrencyLimit.Place place && place.tryRelease());
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
    TaskStripe stripe() {
        return stripe;
    }

    /**
     * Names the task and its group.
     *
     * @return a description for messages, such as {@code task "ship" #12 of group "orders"}; its format may change
     */
    @Override
    public String toString() {
        return "task \"" + name + "\" #" + id() + " of group \"" + group.name() + "\"";
    }
}
