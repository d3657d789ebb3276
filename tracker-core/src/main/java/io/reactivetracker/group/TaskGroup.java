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
import io.reactivetracker.internal.Trampoline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A tracker with a name, a place in a tree, a gate in front, a rule for errors, and numbers.
 *
 * <pre>{@code
 * TaskGroup orders = TaskGroup.builder("orders")
 *         .admission(Admission.concurrency(64))
 *         .onError(ErrorPolicy.retry(3, Backoff.exponential(first, longest).jitter(0.5)))
 *         .build();
 * TaskGroup mails = orders.child("mails");
 *
 * mails.submit(TaskOptions.named("welcome"), task -> sendAsync(mail));
 *
 * orders.closeAndDrain().await(); // takes no more, and waits for what there is, mails included
 * }</pre>
 *
 * <p>Each task is issued, waits in the queue of the {@link Admission} if it has to, is active, and ends by one {@link
 * Outcome}. An open group takes any task; a closed one refuses it by a {@link GroupClosedException}, the look and the
 * count being one atomic step, and a cancelled one by a {@link TaskCancelledException}. What was refused shows in no
 * figure.
 *
 * <p>A child holds its parent open: a group is drained when it is closed and has neither tasks nor children. A group
 * that was closed stays so. To cancel a group cancels the groups below it, never one beside or above.
 *
 * <p>Safe for use by several threads; no call blocks. After the hierarchical task tracker of
 * <a href="https://github.com/ai-dynamo/dynamo">NVIDIA dynamo</a>; what it does not do is to lose count of a task that
 * was aborted or never ran, to miss a child that came late, or to wait for ever.
 */
public final class TaskGroup {

    /** How a group's tasks are counted: each has its name and its place in the group itself. */
    static final TaskOptions STRICT = TaskOptions.strict();

    private final String name;
    private final @Nullable TaskGroup parent;

    /** The group's own tasks. */
    private final TaskTracker tasks;

    /** What holds the group open: its own tasks, as long as there may be any, and each of its children. */
    private final TaskTracker whole;

    private final GroupState state = new GroupState();
    private final CancellationToken token;

    /** What owns the token. */
    private final String subject;

    private final Admission admission;
    private final ErrorPolicy policy;
    private final TaskTimer timer;
    private final GroupClock clock;
    private final BodyExecutor bodies;
    private final int maxAttempts;
    private final boolean tasksCanRetry;

    TaskGroup(TaskGroupBuilder builder) {
        this.name = builder.name;
        this.parent = builder.parent;
        this.tasks = TaskTracker.create(builder.name);
        this.whole = TaskTracker.create(builder.name);
        this.subject = "a task of group \"" + name + "\"";
        this.token = parent == null ? CancellationToken.create(subject) : parent.token.child(subject);
        this.admission = builder.admission;
        this.policy = builder.policy;
        this.timer = builder.timer;
        this.clock = parent == null ? new GroupClock(timer) : parent.clock;
        this.bodies = new BodyExecutor(builder.executor);
        this.maxAttempts = builder.maxAttempts;
        this.tasksCanRetry = !policy.isTerminal();
    }

    /**
     * Begins a group that has no parent.
     *
     * @param name what messages and tools call it; need not be unique
     * @return a builder
     * @throws IllegalArgumentException if the name is blank
     */
    public static TaskGroupBuilder builder(String name) {
        return new TaskGroupBuilder(name);
    }

    /**
     * Makes a child that shares this group's admission and has the policy's {@link ErrorPolicy#forChild()}.
     *
     * @param childName what messages and tools call it; need not be unique
     * @return an open, empty group
     * @throws IllegalArgumentException if the name is blank
     * @throws GroupClosedException if this group is closed
     */
    public TaskGroup child(String childName) {
        return childBuilder(childName).build();
    }

    /**
     * Begins a child that may have an admission or a policy of its own.
     *
     * @param childName what messages and tools call it; need not be unique
     * @return a builder
     * @throws IllegalArgumentException if the name is blank
     */
    public TaskGroupBuilder childBuilder(String childName) {
        return new TaskGroupBuilder(childName, this);
    }

    /**
     * Takes the place in the tree: counted by the parent until drained. The tests look in when it has arrived there.
     */
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
            // The parent may have been closed, and its children with it, while this was not among them yet. Somebody
            // may
            // have found it there meanwhile, and made it children.
            if (parent.whole.isClosed()) {
                forEachFromTheTop(TaskGroup::close);
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
     * What messages and tools call this group.
     *
     * @return the name that it was built with
     */
    public String name() {
        return name;
    }

    /**
     * The group that this is a child of.
     *
     * @return the parent, or null if this is a root
     */
    public @Nullable TaskGroup parent() {
        return parent;
    }

    /**
     * The children that have not ended, oldest first.
     *
     * @return an immutable list that does not change any more
     */
    public List<TaskGroup> children() {
        return List.copyOf(state.children());
    }

    /**
     * Tells of each child, once: now, in this thread, of those that the group has, and later, in the thread that makes
     * it, of each that comes.
     *
     * <p>A child that comes is told of before whoever makes it has it; it may have ended by then, if the group was
     * cancelled meanwhile. What the action throws reaches the uncaught-exception handler of its thread, and disturbs
     * nobody.
     *
     * @param action what to tell; called outside of any lock
     * @return the way to be told no more
     */
    public Registration onChild(Consumer<? super TaskGroup> action) {
        ChildWatch watch = new ChildWatch(state, Objects.requireNonNull(action, "action must not be null"));
        state.watch(watch).forEach(watch::tell);
        return watch;
    }

    /**
     * Closes this group: it refuses tasks and children from now on, and is drained once it has none.
     *
     * <p>The children that it has stay open, so that tasks which still run can use them; {@link #closeAndDrain()}
     * closes them too.
     *
     * @return true if and only if this call closed it
     */
    public boolean close() {
        boolean isFirst = tasks.close();
        whole.close();
        return isFirst;
    }

    /**
     * Whether the group refuses tasks.
     *
     * @return true from then on
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
     * <p>When it returns, all of their tokens are cancelled; and those tasks that end by a cancel have ended, unless
     * this was called from deep within the ends of other tasks: then they end when those have, in this thread. A cancel
     * action that blocks keeps this call, and the cancels after it, waiting; a {@link #shutdown} does not wait for one.
     * Parents and siblings live on.
     *
     * @param cause why; the cause of each task's {@link TaskCancelledException}
     * @return true if and only if this call cancelled it
     */
    public boolean cancel(Throwable cause) {
        return token.cancel(cause);
    }

    /**
     * Cancelled with this group; the parent of its tasks' and its children's tokens.
     *
     * @return the group's token: to cancel it cancels the group; to close it has no effect
     */
    public CancellationToken cancellationToken() {
        return token;
    }

    /**
     * Closes this group and all groups below it, and waits for them to have no more tasks.
     *
     * <p>The whole tree is closed before the wait begins, so that nothing which comes late is missed; also what a task
     * that still runs would issue to it is refused. A {@link #shutdown} lets it.
     *
     * @return a signal that is done once all of them are drained
     */
    public DrainSignal closeAndDrain() {
        forEachFromTheTop(TaskGroup::close);
        return whole.drained();
    }

    /**
     * A wait for this group to be closed and to have no more tasks or children; closes nothing.
     *
     * @return a signal that is done from then on
     */
    public DrainSignal drained() {
        return whole.drained();
    }

    /**
     * How long the drain takes: the time since this group was closed, until it is drained, with all groups below it;
     * and from then on the time that this took.
     *
     * @return zero while the group is open; by the system's clock
     */
    public Duration drainTime() {
        return whole.drainTime();
    }

    /** Closes this group now, and each group below it once the one above has no more tasks of its own to use it. */
    void closeInOrder() {
        close();
        // Through the cascade: a tree may be deeper than any stack.
        tasks.drained().onDone(() -> state.children().forEach(child -> Trampoline.run(child::closeInOrder)));
    }

    /**
     * The tasks that are active now, in this group and all groups below it, oldest first.
     *
     * @return an immutable list that does not change any more; ages count from when a task was issued, by the group's
     *     timer
     */
    public List<RunningTask> runningTasks() {
        List<TaskNode> active = new ArrayList<>();
        forEachFromTheTop(group -> active.addAll(group.state.activeTasks()));
        active.sort(TaskNode.OLDEST_FIRST);
        return clock.describe(active);
    }

    /**
     * The one of this group's own active tasks that was issued first.
     *
     * @return the task as {@link #runningTasks()} would list it, or null if none is active
     */
    public @Nullable RunningTask oldestTask() {
        TaskNode oldest = state.oldestActive();
        return oldest == null ? null : clock.describe(List.of(oldest)).get(0);
    }

    /**
     * The numbers of this group and of all groups below it, those that have ended included.
     *
     * @return counts in which each task is counted once, in one state
     */
    public TaskCounts counts() {
        return snapshot().counts();
    }

    /**
     * The numbers of this group's own tasks: without those of any group below it, whether or not that has ended.
     *
     * <p>So the numbers of what was issued and of what has ended only ever grow, and those of several groups can be
     * added up.
     *
     * @return counts in which each task is counted once, in one state
     */
    public TaskCounts ownCounts() {
        return state.alone();
    }

    /**
     * This group and all groups below it, with their numbers.
     *
     * <p>Takes time in proportion to the number of groups.
     *
     * @return what one look has seen
     */
    public GroupSnapshot snapshot() {
        return Snapshots.of(this);
    }

    /**
     * Runs a task of plain Java.
     *
     * <p>The body is called once the task is admitted, and once more for each retry: in this thread if the task is
     * admitted at once, otherwise on the group's {@linkplain TaskGroupBuilder#executor executor}. Since no stage can be
     * stopped from outside, a task that was cancelled counts as active until its stage has ended; the body can look at
     * its token and end early. To cancel the future cancels the task; to complete it by other means, such as {@code
     * orTimeout}, does not, and the task is counted by what becomes of its stage.
     *
     * <p>The task ends before the future completes, unless it was cancelled while its stage runs: who sees the future
     * done finds the permit free and the task counted. What depends on the future is not counted any more, and those
     * who wait for the drain may be told before the future is done.
     *
     * @param <T> the type of the result
     * <p>While the body is called, the tasks that it starts in this thread are this task's {@linkplain
     * TaskOptions#childOf children}; a stage that goes on in another thread names it as their parent.
     *
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
     * Brings this group and all groups below it to their end in stages: closes, waits, cancels what is left, waits
     * again, and reports.
     *
     * <p>It closes this group at once, and each group below when the one above it has no more tasks of its own: so a
     * task may use the groups below its own to the last. What goes through several groups one after the other, and must
     * not be cut off between them, is to be a task of their parent as a whole.
     *
     * <p>It begins with this call, and goes through all its stages whether or not anyone waits for the report: to
     * cancel the future stops none of them. It is over in the time of the plan and reports, whatever a task, a cancel
     * action or the timer does; a timer that refuses is replaced by the system's clock.
     *
     * <p>When the grace is over, all tokens are cancelled at once. Then their actions run, one task's after the
     * other's, on the group's executor; if one does not return, another thread goes on with the rest. So a cancel that
     * blocks delays no other task's cancel. The future completes in the thread that ends the last task, or in one of
     * the timer.
     *
     * @param plan how long to wait
     * @return the report, when the group is drained or the time is over
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
            // The task comes too late to have an id.
            throw TaskCancelledException.of("task \"" + taskName + "\" of group \"" + name + "\"", token.cause());
        }
        return taskName;
    }

    /** Returns the time at which a task is issued now. */
    long timeOfIssue() {
        return clock.issueTime();
    }

    /** Whether that is one of the trackers of this group. */
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

    /** A permit for a new task, if the admission grants one without a candidate. */
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
     * The clock of the tree.
     *
     * @return the timer that the root was built with
     */
    public TaskTimer timer() {
        return timer;
    }

    GroupClock clock() {
        return clock;
    }

    BodyExecutor bodies() {
        return bodies;
    }

    int maxAttempts() {
        return maxAttempts;
    }

    boolean tasksCanRetry() {
        return tasksCanRetry;
    }

    void forEachTask(Consumer<TaskNode> action) {
        forEachFromTheTop(group -> group.state.tasks().forEach(action));
    }

    /** Parents before their children, and on a flat stack. */
    private void forEachFromTheTop(Consumer<TaskGroup> action) {
        Deque<TaskGroup> left = new ArrayDeque<>();
        left.add(this);
        for (TaskGroup group = left.poll(); group != null; group = left.poll()) {
            // In this order a join closes the group first and then meets every child that it let in.
            action.accept(group);
            left.addAll(group.state.children());
        }
    }

    /**
     * The group's name, its state, and its counts without those of the groups below it.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        String phase = token.isCancelled() ? "cancelled" : tasks.isClosed() ? "closed" : "open";
        return "TaskGroup[" + name + ", " + phase + ", " + state.own() + "]";
    }
}
