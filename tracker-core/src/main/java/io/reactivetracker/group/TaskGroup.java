// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.DrainSignal;
import io.reactivetracker.Registration;
import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.GroupTrackers;
import io.reactivetracker.internal.JfrEvents;
import io.reactivetracker.internal.Trampoline;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A tracker with an admission, an error policy, cancellation and counts, in a tree of groups.
 *
 * <pre>{@code
 * TaskGroup orders = TaskGroup.builder("orders")
 *         .admission(Admission.concurrency(64))
 *         .onError(ErrorPolicy.retry(3, Backoff.exponential(first, max).jitter(0.5)))
 *         .build();
 * TaskGroup mails = orders.child("mails");
 *
 * mails.submit(TaskOptions.named("welcome"), task -> sendAsync(mail));
 *
 * orders.closeAndDrain().await(); // refuses new tasks, and waits for those of orders and mails
 * }</pre>
 *
 * <p>Each task is issued, is queued by the {@link Admission} if necessary, is active, and ends by one {@link Outcome}.
 * A closed group refuses tasks by a {@link GroupClosedException}; the check and the count are one atomic step. A
 * cancelled group refuses them by a {@link TaskCancelledException}. Refused tasks are not counted.
 *
 * <p>A group is drained when it is closed and has neither tasks nor children. A closed group stays closed. Cancelling a
 * group cancels the groups below it, and no others.
 *
 * <p>Safe for use by several threads; no call blocks. Modelled on the hierarchical task tracker of
 * <a href="https://github.com/ai-dynamo/dynamo">NVIDIA dynamo</a>, with exact counts of tasks that were aborted or
 * never ran, no missed children, and a bounded shutdown.
 */
public final class TaskGroup {

    /** The options for the tracker; the names of tasks are in the group. */
    static final TaskOptions STRICT = TaskOptions.strict();

    static {
        try {
            // It registers what creates the trackers.
            MethodHandles.lookup().ensureInitialized(TaskTracker.class);
        } catch (IllegalAccessException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private final @Nullable TaskGroup parent;

    /** The group's own tasks. */
    private final TaskTracker tasks;

    /**
     * Counts what keeps the group from draining: a token for its own tasks, until they are drained, and one for each
     * child.
     */
    private final TaskTracker whole;

    private final GroupState state = new GroupState();
    private final CancellationToken token;

    /**
     * Cancelled when the group begins to end: it is closed or cancelled, or a shutdown of it or of a group above it
     * begins. Has no parent, since closing a group ends no group below it.
     */
    private final CancellationToken ending = CancellationToken.create();

    /** The owner of the token. */
    private final String subject;

    private final Admission admission;
    private final ErrorPolicy policy;
    private final TaskTimer timer;
    private final GroupClock clock;
    private final RunningShutdowns shutdowns;
    private final BodyExecutor bodies;
    private final int maxAttempts;
    private final long timeoutNanos;
    private final boolean tasksCanRetry;

    TaskGroup(TaskGroupBuilder builder) {
        this.name = builder.name;
        this.parent = builder.parent;
        this.tasks = createTracker(builder.name, GroupTrackers.NO_EVENTS);
        this.whole = createTracker(builder.name, () -> counts().pending());
        this.subject = "a task of group \"" + name + "\"";
        this.token = parent == null ? CancellationToken.create(subject) : parent.token.child(subject);
        this.admission = builder.admission;
        this.policy = builder.policy;
        this.timer = builder.timer;
        this.clock = parent == null ? new GroupClock(timer) : parent.clock;
        this.shutdowns = parent == null ? new RunningShutdowns() : parent.shutdowns;
        this.bodies = new BodyExecutor(builder.executor);
        this.maxAttempts = builder.maxAttempts;
        this.timeoutNanos = builder.timeoutNanos;
        this.tasksCanRetry = !policy.isTerminal();
    }

    private static TaskTracker createTracker(String name, LongSupplier pending) {
        return (TaskTracker) GroupTrackers.factory().create(name, pending);
    }

    /**
     * Returns a builder of a group without a parent.
     *
     * @param name the name for messages and tools; need not be unique
     * @return a builder
     * @throws IllegalArgumentException if the name is blank
     */
    public static TaskGroupBuilder builder(String name) {
        return new TaskGroupBuilder(name);
    }

    /**
     * Creates a child that shares this group's admission and has the policy's {@link ErrorPolicy#forChild()}.
     *
     * @param childName the name for messages and tools; need not be unique
     * @return an open, empty group
     * @throws IllegalArgumentException if the name is blank
     * @throws GroupClosedException if this group is closed
     */
    public TaskGroup child(String childName) {
        return childBuilder(childName).build();
    }

    /**
     * Returns a builder of a child, which may have its own admission or policy.
     *
     * @param childName the name for messages and tools; need not be unique
     * @return a builder
     * @throws IllegalArgumentException if the name is blank
     */
    public TaskGroupBuilder childBuilder(String childName) {
        return new TaskGroupBuilder(childName, this);
    }

    /** Joins the tree: the parent counts the group until it is drained. Tests are called when the parent lists it. */
    TaskGroup enter(Runnable arrived) {
        List<ChildWatch> watches = List.of();
        tasks.drained().onDone(whole.token()::close);
        if (parent != null) {
            TaskToken hold = parent.whole.tryToken();
            if (hold == null) {
                token.end(subject);
                throw new GroupClosedException(parent.name, "child groups");
            }
            watches = parent.state.arrive(this);
            whole.drained().onDone(() -> depart(parent, hold));
            arrived.run();
            // The parent and its children may have been closed before it listed this group. Another thread may have
            // found the
            // group there since, and created children of it.
            if (parent.whole.isClosed()) {
                forEachFromTheTop(TaskGroup::close);
            } else if (parent.ending.isCancelled()) {
                // A shutdown has begun above. It marks a group and then reads its children, and a child is listed and
                // then reads the mark: so either the shutdown or the child itself marks the child.
                forEachFromTheTop(group -> group.ending.cancel());
            }
        }
        token.onCancel(this::closeAndCancelTasks);
        watches.forEach(watch -> watch.tell(this));
        return this;
    }

    /** After the mark, so no task is missed: see {@link CancellableTask}. Holds no lock while a task is cancelled. */
    private void closeAndCancelTasks() {
        close();
        state.tasks().forEach(TaskNode::cancel);
    }

    private void depart(TaskGroup from, TaskToken hold) {
        from.state.depart(this, state);
        token.end(subject);
        hold.close();
    }

    /**
     * Returns the name.
     *
     * @return the name that it was built with
     */
    public String name() {
        return name;
    }

    /**
     * Returns the parent.
     *
     * @return the parent, or null if this is a root
     */
    public @Nullable TaskGroup parent() {
        return parent;
    }

    /**
     * Returns the children that have not ended, oldest first.
     *
     * @return an immutable snapshot
     */
    public List<TaskGroup> children() {
        return List.copyOf(state.children());
    }

    /**
     * Calls an action once for each child: now, in this thread, for the present children, and later, in the thread that
     * creates it, for each new one.
     *
     * <p>The action is called before the child is returned to its creator. The child may have ended by then, if the
     * group was cancelled meanwhile. What the action throws reaches the uncaught-exception handler of its thread.
     *
     * @param action the action; called outside any lock
     * @return a registration that ends the calls
     */
    public Registration onChild(Consumer<? super TaskGroup> action) {
        ChildWatch watch = new ChildWatch(state, Objects.requireNonNull(action, "action must not be null"));
        state.watch(watch).forEach(watch::tell);
        return watch;
    }

    /**
     * Closes this group: it refuses tasks and children from now on, and is drained once it has none.
     *
     * <p>Its children stay open, so that running tasks can use them; {@link #closeAndDrain()} closes them too.
     *
     * @return true if and only if this call closed it
     */
    public boolean close() {
        boolean isFirst = closeTrackers();
        ending.cancel();
        return isFirst;
    }

    private boolean closeTrackers() {
        boolean isFirst = tasks.close();
        whole.close();
        return isFirst;
    }

    /**
     * Runs an action once this group begins to end: when it is closed or cancelled, or when a {@link #shutdown} of it
     * or of a group above it begins.
     *
     * <p>A shutdown tells all groups of its tree at its beginning, although it closes each group below only when the
     * group above has no more tasks. So an endless source ends at once, and running tasks can still use that group. A
     * plain {@link #close()} does not affect the groups below.
     *
     * <p>The action runs at most once: now, in this thread, if the group has begun to end, otherwise in the thread that
     * ends it; for a shutdown, after its stages are scheduled, so an action that blocks stops none of them. Actions run
     * in the order of their registration, outside any lock, and may use the group in any way. They should not block,
     * since later ones and the caller wait for them. What an action throws reaches the uncaught-exception handler of
     * its thread and affects neither other actions nor the close; if it runs during this call, it reaches the caller.
     *
     * @param action the action to run once
     * @return a handle that unlinks the action while it waits
     */
    public Registration onClose(Runnable action) {
        return ending.onCancel(action);
    }

    /**
     * Returns whether the group refuses tasks.
     *
     * @return true once it is closed or cancelled
     */
    public boolean isClosed() {
        return token.isCancelled() || tasks.isClosed();
    }

    /**
     * Cancels every task of this group and of all groups below it, running or queued, and closes them all.
     *
     * @return true if and only if this call cancelled it
     */
    public boolean cancel() {
        return token.cancel();
    }

    /**
     * Cancels every task of this group and of all groups below it, running or queued, and closes them all.
     *
     * <p>When it returns, all of their tokens are cancelled, and tasks that end by a cancel have ended; unless this was
     * called from nested ends of other tasks: then they end after those, in this thread. A cancel action that blocks
     * delays this call and the cancels after it; a {@link #shutdown} does not wait for it. Parents and siblings are not
     * affected.
     *
     * @param cause the cause of each task's {@link TaskCancelledException}
     * @return true if and only if this call cancelled it
     */
    public boolean cancel(Throwable cause) {
        return token.cancel(cause);
    }

    /**
     * Returns the group's token, the parent of the tokens of its tasks and children.
     *
     * @return the token; cancelling it cancels the group, and closing it has no effect
     */
    public CancellationToken cancellationToken() {
        return token;
    }

    /**
     * Closes this group and all groups below it, and waits until they have no more tasks.
     *
     * <p>The whole tree is closed before the wait begins, so no late task is missed. Tasks that running tasks would
     * issue are refused; a {@link #shutdown} admits them.
     *
     * @return a signal that is done once all of them are drained
     */
    public DrainSignal closeAndDrain() {
        forEachFromTheTop(TaskGroup::close);
        return whole.drained();
    }

    /**
     * Returns a signal for the drain of this group: it is closed and has no more tasks or children. Closes nothing.
     *
     * @return a signal that is done once the group is drained
     */
    public DrainSignal drained() {
        return whole.drained();
    }

    /**
     * Returns the duration of the drain: the time since this group was closed, until it is drained with all groups
     * below it, and from then on the time that this took.
     *
     * @return zero while the group is open; by the system's clock
     */
    public Duration drainTime() {
        return whole.drainTime();
    }

    /**
     * Closes this group now, and each group below it once the group above has no more tasks of its own.
     *
     * @return the steps that tell all these groups that they begin to end; they throw nothing
     */
    List<Runnable> closeInOrder() {
        List<Runnable> ends = new ArrayList<>();
        closeTrackers();
        GroupClosedException reason = new GroupClosedException(name, "tasks");
        // Before any group below is closed: one that drains at once leaves the tree.
        forEachFromTheTop(group -> group.ending.cancel(reason, ends::add));
        closeChildrenInOrder();
        return ends;
    }

    private void closeChildrenInOrder() {
        // Through the cascade: a tree may be deeper than any stack.
        tasks.drained()
                .onDone(() -> state.children()
                        .forEach(child -> Trampoline.run(() -> {
                            child.close();
                            child.closeChildrenInOrder();
                        })));
    }

    /**
     * Returns the active tasks of this group and all groups below it, oldest first.
     *
     * @return an immutable snapshot; ages are measured from the issue of a task, by the group's timer
     */
    public List<RunningTask> runningTasks() {
        List<TaskNode> active = new ArrayList<>();
        forEachFromTheTop(group -> active.addAll(group.state.activeTasks()));
        active.sort(TaskNode.OLDEST_FIRST);
        return clock.describe(active);
    }

    /**
     * Returns the one of this group's own active tasks that was issued first.
     *
     * @return the task as {@link #runningTasks()} would list it, or null if none is active
     */
    public @Nullable RunningTask oldestTask() {
        TaskNode oldest = state.oldestActive();
        return oldest == null ? null : clock.describe(List.of(oldest)).get(0);
    }

    /**
     * Returns the counts of this group and of all groups below it, including those that have ended.
     *
     * @return counts in which each task is counted once, in one state
     */
    public TaskCounts counts() {
        return snapshot().counts();
    }

    /**
     * Returns the counts of this group's own tasks, without those of any group below it.
     *
     * <p>The counts of issued and ended tasks never decrease, and those of several groups can be added up.
     *
     * @return counts in which each task is counted once, in one state
     */
    public TaskCounts ownCounts() {
        return state.alone();
    }

    /**
     * Returns the number of this group's own tasks that a {@link TaskWatchdog} has reported.
     *
     * @return the number, which never decreases; a task that two watchdogs report counts twice
     */
    public long overdueTasks() {
        return state.overdue();
    }

    /**
     * Returns this group and all groups below it, with their counts.
     *
     * <p>Takes time in proportion to the number of groups.
     *
     * @return a snapshot of the tree
     */
    public GroupSnapshot snapshot() {
        return Snapshots.of(this);
    }

    /**
     * Runs a task of plain Java.
     *
     * <p>The body is called once the task is admitted, and once more for each retry: in this thread if the task is
     * admitted at once, otherwise on the group's {@linkplain TaskGroupBuilder#executor executor}. A stage cannot be
     * stopped from outside, so a cancelled task counts as active until its stage has ended; the body can check its
     * token and end early. Cancelling the future cancels the task. Completing it by other means, such as {@code
     * orTimeout}, does not: the task is counted by the outcome of its stage.
     *
     * <p>The task ends before the future completes, unless it was cancelled while its stage runs. So when the future is
     * done, the permit is free and the task is counted. Dependents of the future are not counted, and the drain may
     * complete before the future does.
     *
     * <p>Tasks that the body starts in its own thread are this task's {@linkplain TaskOptions#childOf children}; a
     * stage that goes on in another thread names the task as their parent.
     *
     * @param <T> the type of the result
     * @param options the task's name, or else it has the group's, and its parent; a task of a group is always strict
     * @param body starts the work
     * @return the outcome; a {@link TaskCancelledException} as soon as the task is cancelled
     * @throws GroupClosedException if the group is closed
     * @throws TaskCancelledException if the group is cancelled
     */
    public <T extends @Nullable Object> CompletableFuture<T> submit(
            TaskOptions options, Function<? super TaskContext, ? extends CompletionStage<T>> body) {
        Objects.requireNonNull(body, "body must not be null");
        return StageTask.start(this, options, body);
    }

    /**
     * Runs a task of plain Java with a name, as {@link #submit(TaskOptions, Function)} does.
     *
     * @param <T> the type of the result
     * @param taskName the task's name; need not be unique
     * @param body starts the work
     * @return the outcome; a {@link TaskCancelledException} as soon as the task is cancelled
     * @throws IllegalArgumentException if the name is blank
     * @throws GroupClosedException if the group is closed
     * @throws TaskCancelledException if the group is cancelled
     */
    public <T extends @Nullable Object> CompletableFuture<T> submit(
            String taskName, Function<? super TaskContext, ? extends CompletionStage<T>> body) {
        return submit(TaskOptions.named(taskName), body);
    }

    /**
     * Runs a task of blocking code with a name.
     *
     * <p>As {@link #submit(TaskOptions, Function)}, with a body that may block. It runs on a virtual thread, or, before
     * JDK 21, on a thread of a pool with ten threads for each processor, where it may have to wait. Cancelling the
     * future, the group or a parent interrupts the body and completes the future at once. The task counts as active
     * until the body has returned, so a drain waits for it. A body that has not begun never runs. No interrupt reaches
     * what the thread runs next.
     *
     * @param <T> the type of the result
     * @param taskName the name of the task
     * @param body the code, called once for each attempt
     * @return a future of the outcome; cancelling it cancels the task
     * @throws IllegalArgumentException if the name is blank
     * @throws GroupClosedException if the group is closed
     * @throws TaskCancelledException if the group is cancelled
     */
    public <T extends @Nullable Object> CompletableFuture<T> submitBlocking(String taskName, Callable<T> body) {
        return submitBlocking(TaskOptions.named(taskName), body);
    }

    /**
     * Runs a task of blocking code with these options, as {@link #submitBlocking(String, Callable)} does.
     *
     * @param <T> the type of the result
     * @param options the options of the task
     * @param body the code, called once for each attempt
     * @return a future of the outcome; cancelling it cancels the task
     * @throws GroupClosedException if the group is closed
     * @throws TaskCancelledException if the group is cancelled
     */
    public <T extends @Nullable Object> CompletableFuture<T> submitBlocking(TaskOptions options, Callable<T> body) {
        return submit(options, new BlockingBody<>(Objects.requireNonNull(body, "body must not be null")));
    }

    /**
     * Counts work that the group does not run, under the group's name.
     *
     * @return a token, as {@link #token(TaskOptions)} returns it
     * @throws GroupClosedException if the group is closed
     * @throws TaskCancelledException if the group is cancelled
     */
    public TaskToken token() {
        return token(TaskOptions.defaults());
    }

    /**
     * Counts work that the group does not run, under a name.
     *
     * @param taskName the task's name; need not be unique
     * @return a token, as {@link #token(TaskOptions)} returns it
     * @throws IllegalArgumentException if the name is blank
     * @throws GroupClosedException if the group is closed
     * @throws TaskCancelledException if the group is cancelled
     */
    public TaskToken token(String taskName) {
        return token(TaskOptions.named(taskName));
    }

    /**
     * Counts work that the group does not run, as an active task until the token is closed.
     *
     * <p>The work has begun, so no admission is asked and no permit is held. It succeeds when the token is closed,
     * unless the group was cancelled before: then it is counted as cancelled. To look at that or to listen for it, use
     * the {@link #cancellationToken()} of the group.
     *
     * @param options the task's name, or else it has the group's, and its parent; a task of a group is always strict
     * @return a token, to be closed when the work ends
     * @throws GroupClosedException if the group is closed
     * @throws TaskCancelledException if the group is cancelled
     */
    public TaskToken token(TaskOptions options) {
        return GroupToken.issue(this, options);
    }

    /**
     * Counts a stage as an active task, without admission, until it completes.
     *
     * @param <T> the type of the result
     * @param stage the task
     * @return a stage that completes as the given one does; dependents without an executor run before the task ends.
     *     Cancelling it does not stop the task
     * @throws GroupClosedException if the group is closed
     * @throws TaskCancelledException if the group is cancelled
     */
    public <T extends @Nullable Object> CompletionStage<T> track(CompletionStage<T> stage) {
        return GroupToken.track(this, stage);
    }

    /**
     * Returns an executor that counts each task, without admission, from {@code execute} to the end of its body.
     *
     * <p>A body that throws has failed; a task that the given executor rejects is counted as rejected. A task whose
     * group is cancelled before it runs is run all the same. {@code execute} throws {@link GroupClosedException} if the
     * group is closed and {@link TaskCancelledException} if it is cancelled.
     *
     * @param executor what runs the tasks
     * @return an executor that passes tasks on to it
     */
    public Executor wrap(Executor executor) {
        return GroupToken.wrap(this, executor);
    }

    /**
     * Shuts down this group and all groups below it in stages: closes, waits, cancels the remaining tasks, waits again,
     * and reports.
     *
     * <p>Closes this group at once, and each group below it when the group above has no more tasks of its own. So a
     * task can use the groups below its own until it ends. Work that passes through several groups, and must not be cut
     * off between them, should be a task of their parent as a whole.
     *
     * <p>The shutdown begins with this call, and cancelling the future does not stop it. It ends within the time of the
     * plan and reports, whatever a task, a cancel action or the timer does. If the timer refuses, the system's timer
     * replaces it.
     *
     * <p>When the grace is over, all tokens are cancelled at once. Then their actions run on the group's executor, one
     * task after the other; if an action does not return, another thread continues with the rest. So a cancel that
     * blocks delays no other task's cancel. The future completes in the thread that ends the last task, or in a thread
     * of the timer.
     *
     * @param plan the times of the stages
     * @return the report, once the group is drained or the time is over
     */
    public CompletableFuture<ShutdownReport> shutdown(Shutdown plan) {
        return new ShutdownProcess(this, Objects.requireNonNull(plan, "plan must not be null")).start();
    }

    /** Returns the name of a task with these options; throws if the group is cancelled. */
    String nameOf(TaskOptions options) {
        Objects.requireNonNull(options, "options must not be null");
        String taskName = options.name() == null ? name : options.name();
        // A cancel closes the group too, but its actions may come a little later than its mark.
        if (token.isCancelled()) {
            JfrEvents.taskRefused(name, taskName, 0, JfrEvents.Refusal.CANCELLED, null);
            // The task comes too late to have an id.
            throw TaskCancelledException.of("task \"" + taskName + "\" of group \"" + name + "\"", token.cause());
        }
        return taskName;
    }

    /** Returns the time at which a task is issued now. */
    long timeOfIssue() {
        return clock.issueTime();
    }

    /** Returns whether a tracker is one of this group's. */
    boolean isWaitedForBy(TaskTracker waited) {
        return waited.equals(whole) || waited.equals(tasks);
    }

    TaskTracker tasks() {
        return tasks;
    }

    GroupState state() {
        return state;
    }

    Admission admission() {
        return admission;
    }

    /** Returns a permit for a new task, or null if the task has to ask. */
    @Nullable
    Permit tryGrant(TaskNode task) {
        if (admission instanceof ConcurrencyLimit limit) {
            return limit.tryGrant(task);
        }
        return admission instanceof Unlimited ? Permit.NOTHING_TO_RELEASE : null;
    }

    ErrorPolicy policy() {
        return policy;
    }

    /**
     * Returns the timer of the tree.
     *
     * @return the timer that the root was built with
     */
    public TaskTimer timer() {
        return timer;
    }

    GroupClock clock() {
        return clock;
    }

    /** Returns those of the tree. */
    RunningShutdowns shutdowns() {
        return shutdowns;
    }

    BodyExecutor bodies() {
        return bodies;
    }

    int maxAttempts() {
        return maxAttempts;
    }

    /** Returns the time limit of each task, or {@link TimeLimit#NONE}. */
    long timeoutNanos() {
        return timeoutNanos;
    }

    boolean tasksCanRetry() {
        return tasksCanRetry;
    }

    void forEachTask(Consumer<TaskNode> action) {
        forEachFromTheTop(group -> group.state.tasks().forEach(action));
    }

    void forEachGroup(Consumer<TaskGroup> action) {
        forEachFromTheTop(action);
    }

    /** Visits parents before their children, without recursion. */
    private void forEachFromTheTop(Consumer<TaskGroup> action) {
        Deque<TaskGroup> left = new ArrayDeque<>();
        left.add(this);
        for (TaskGroup group = left.poll(); group != null; group = left.poll()) {
            // In this order a close comes before the list of children is read, so it reaches every child.
            action.accept(group);
            left.addAll(group.state.children());
        }
    }

    /**
     * Returns the name, the state, and the counts without those of the groups below it.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        String phase = token.isCancelled() ? "cancelled" : tasks.isClosed() ? "closed" : "open";
        return "TaskGroup[" + name + ", " + phase + ", " + state.own() + "]";
    }
}
