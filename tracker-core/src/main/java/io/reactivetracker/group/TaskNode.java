// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.JfrEvents;
import io.reactivetracker.internal.TaskRecording;
import io.reactivetracker.internal.Throwables;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task as its group counts and lists it: its count, its place on a {@linkplain TaskStripe stripe}, its state and its
 * permit.
 *
 * <pre>
 *   state, guarded by the lock of the stripe
 *     QUEUED → ACTIVE      {@link #activate}: the answer to its request for admission
 *     ACTIVE → QUEUED      {@link #releasePermit}: before another attempt
 *     any → ENDED          {@link #endState}, by the first {@code end}
 * </pre>
 */
abstract class TaskNode extends TaskToken implements TaskContext {

    /** Compares tasks by time, and those of one time by id. */
    static final Comparator<TaskNode> OLDEST_FIRST = (one, other) -> {
        int byTime = Long.signum(one.issuedAt - other.issuedAt);
        return byTime != 0 ? byTime : Long.compare(one.id, other.id);
    };

    // Bytes, as a reference to an enum would make each task 8 bytes larger.
    private static final byte QUEUED = 0;
    private static final byte ACTIVE = 1;
    private static final byte ENDED = 2;

    private final TaskGroup group;
    private final String name;
    private final long issuedAt;
    private final Supplier<@Nullable String> origin;
    private final @Nullable TimeLimit limit;

    /** The nearest ancestor that had not ended at the last look, so that ended ones can be garbage. */
    private volatile @Nullable TaskNode parent;

    // Set once, when the task is added to its stripe.
    private final TaskStripe stripe;
    private final long id;

    // Guarded by the stripe, as are the links.
    @Nullable
    TaskNode previous;

    @Nullable
    TaskNode next;

    private byte state;
    private @Nullable Permit permit;

    /** Counts a task. It is active without a permit, or asks the group's admission, which may grant at once. */
    TaskNode(
            TaskGroup group,
            TaskOptions options,
            @Nullable TaskContext parent,
            Supplier<@Nullable String> origin,
            boolean isActive) {
        // Whatever may throw is called before the task is counted.
        this(
                group,
                options,
                group.nameOf(options),
                Ancestors.parentOf(options, parent),
                RecordedOrigin.of(Objects.requireNonNull(origin, "origin must not be null")),
                group.timeOfIssue(),
                isActive);
    }

    @SuppressWarnings("this-escape") // the group lists the task, and its fields are set before
    private TaskNode(
            TaskGroup group,
            TaskOptions options,
            String name,
            @Nullable TaskNode parent,
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
            // Reads the clock, which may throw.
            this.limit = TimeLimit.of(group, options, this.parent);
            granted = isActive ? Permit.NOTHING_TO_RELEASE : group.tryGrant(this);
            this.permit = granted;
            this.state = granted == null ? QUEUED : ACTIVE;
            if (granted == null) {
                recordQueued();
            }
            this.stripe = group.state().stripes().current();
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

    /** Cancels this task because its group is cancelled. */
    abstract void cancel();

    @Override
    public final long id() {
        return id;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String groupName() {
        return group.name();
    }

    @Override
    public final RunningTask runningTask() {
        return group.clock().describe(List.of(this)).get(0);
    }

    final TaskGroup group() {
        return group;
    }

    final long issuedAt() {
        return issuedAt;
    }

    /** Returns where the task was created, or what the search for it threw. */
    final @Nullable String safeOrigin() {
        return textOrFailure(origin);
    }

    /** What is asked of others must not cost a report. */
    static @Nullable String textOrFailure(Supplier<@Nullable String> text) {
        try {
            return text.get();
        } catch (Throwable unknown) {
            return Objects.toString(unknown);
        }
    }

    /**
     * Returns the operators from which the next signal must come.
     *
     * @return for example {@code "flatMap ⇠ delayElement"}, or null if they are not known
     */
    protected @Nullable String operators() {
        return null;
    }

    /** Returns where the thread of a blocking body stands; empty if there is none. */
    List<StackTraceElement> stack() {
        return List.of();
    }

    final @Nullable TimeLimit limit() {
        return limit;
    }

    /** Returns the lock that guards the state. */
    final TaskStripe stripe() {
        return stripe;
    }

    // ---- ancestors, whose permits it shares ----

    final @Nullable TaskNode parent() {
        return parent;
    }

    /** Returns whether the task has ended and is not counted any more. */
    final boolean isOver() {
        return isClosed();
    }

    final void forgetEndedAncestors() {
        if (parent != null) {
            parent = Ancestors.nearestRunning(parent);
        }
    }

    /** Returns a share of this task's permit of a limit, or null if it holds none. */
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

    // ---- state ----

    /** Returns whether the task holds a permit. Exact in the thread that has issued the task and not started it. */
    final boolean hasPermit() {
        return permit != null;
    }

    final boolean isActive() {
        synchronized (stripe) {
            return isActiveNow();
        }
    }

    /** The caller holds the lock. */
    final boolean hasEnded() {
        return state == ENDED;
    }

    /** The caller holds the lock. */
    final boolean isActiveNow() {
        return state == ACTIVE;
    }

    /** The caller holds the lock. */
    final void activate(Permit granted) {
        stripe.activate();
        state = ACTIVE;
        permit = granted;
        TaskRecording begun = RecordedOrigin.begunBy(origin);
        if (begun != null) {
            begun.granted();
        }
    }

    /** Releases the permit and queues the task again. Returns false if the task has ended. */
    final boolean releasePermit() {
        Permit held;
        synchronized (stripe) {
            if (state != ACTIVE) {
                return false;
            }
            stripe.queueAgain();
            state = QUEUED;
            recordQueued();
            held = takePermit();
        }
        release(held, Outcome.FAILED);
        return true;
    }

    /**
     * Leaves the stripe, which counts the outcome. The caller holds the lock. Returns the permit, to be released
     * without it.
     */
    final @Nullable Permit endState(Outcome outcome) {
        stripe.end(this, state == ACTIVE, outcome);
        state = ENDED;
        return takePermit();
    }

    // ---- the event of its end ----

    private void recordQueued() {
        TaskRecording begun = RecordedOrigin.begunBy(origin);
        if (begun != null) {
            begun.queued();
        }
    }

    /** Writes the event, which a recording wants. Called after the state, and before the tracker counts one less. */
    final void recordEnd(Outcome outcome, int attempts) {
        JfrEvents.taskEnded(RecordedOrigin.begunBy(origin), group.name(), name, id, outcome.name(), attempts);
    }

    final void recordRefusal(JfrEvents.Refusal reason, String detail) {
        JfrEvents.taskRefused(group.name(), name, id, reason, detail);
    }

    private @Nullable Permit takePermit() {
        Permit held = permit;
        permit = null;
        return held;
    }

    /**
     * Releases a permit that no task waits for. Otherwise returns false: then {@link #release} does it, and may start
     * tasks.
     */
    @SuppressWarnings("ReferenceEquality") // one object, as null
    static boolean isReleasedAtOnce(@Nullable Permit held) {
        return held == null
                || held == Permit.NOTHING_TO_RELEASE
                || (held instanceof ConcurrencyLimit.SlotPermit ofLimit && ofLimit.tryRelease());
    }

    static void release(@Nullable Permit held, Outcome outcome) {
        if (held != null) {
            try {
                held.release(outcome);
            } catch (Throwable broken) {
                Throwables.reportUncaught(broken);
            }
        }
    }

    /**
     * Names the task and its group.
     *
     * @return a description for messages, such as {@code task "ship" #12 of group "orders"}; its format may change
     */
    @Override
    public final String toString() {
        return "task \"" + name + "\" #" + id + " of group \"" + group.name() + "\"";
    }
}
