// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.CoarseClock;
import io.reactivetracker.internal.CurrentTask;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts the tasks that are running and tells when the last of them has ended.
 *
 * <pre>{@code
 * TaskTracker tracker = TaskTracker.create("orders");
 *
 * executor.execute(() -> {
 *     try (TaskToken token = tracker.token()) {
 *         ship(order);
 *     }
 * });
 *
 * tracker.close();              // from now on it may drain
 * tracker.drained().await();    // until it is closed and empty
 * }</pre>
 *
 * <p>A task is counted from the making of its {@link TaskToken} to its close. The tracker is <em>drained</em> while it
 * is closed and counts no task, and a wait for that, a {@link DrainSignal}, is exact: it is done if and only if the
 * tracker was drained at some instant since the wait was made.
 *
 * <p>To close a tracker does not stop anything. It says that no more tasks are expected, so that an empty tracker
 * means the end and not merely a pause; tasks that come all the same are counted and waited for, unless their starter
 * asks with {@link #tryToken()}, which refuses them. A tracker that is never closed never drains. One that is no
 * longer used needs no care: it holds no thread and no resource.
 *
 * <p>Safe for use by several threads; no call blocks, but those of {@link DrainSignal#await()}. All that a task did
 * before its token closed happens-before everything that a waiter does after the signal. What {@link #close()} and
 * {@link #reopen()} return hands over like a lock: what a thread did before a call that returned true happens-before
 * what another does after the next call of the other kind that returned true.
 *
 * <p>After <a href="https://docs.rs/tokio-util/latest/tokio_util/task/task_tracker/struct.TaskTracker.html">
 * {@code TaskTracker}</a> of tokio-util; the names of running tasks, the atomic refusal and the exactness of waits are
 * added here.
 */
public final class TaskTracker {

    private static final AtomicLong CREATED = new AtomicLong();

    /** How many tasks a message names. */
    private static final int DESCRIBED = 5;

    private final String name;
    private final TaskCount state;
    private final Waiters waiters = new Waiters();
    private final RunningTasks running;

    /** That of the last close, written after it. */
    private volatile @Nullable DrainTime drainTime;

    /** Starts from any state and with any clock: for the tests. */
    TaskTracker(String name, TaskCount state, RunningTasks running) {
        this.name = name;
        this.state = state;
        this.running = running;
    }

    /**
     * Creates an open, empty tracker with a name of the form {@code tracker-1}.
     *
     * @return a new tracker
     */
    public static TaskTracker create() {
        return create("tracker-" + CREATED.incrementAndGet());
    }

    /**
     * Creates an open, empty tracker.
     *
     * @param name what messages and tools call it; need not be unique
     * @return a new tracker
     * @throws IllegalArgumentException if the name is blank
     */
    public static TaskTracker create(String name) {
        return new TaskTracker(
                Preconditions.requireName("tracker name", name),
                new TaskCount(new StateWord()),
                new RunningTasks(System::nanoTime, CoarseClock::nanoTime));
    }

    /**
     * What messages and tools call this tracker.
     *
     * @return the name that it was created with
     */
    public String name() {
        return name;
    }

    /**
     * Closes the tracker: from now on it is drained whenever it is empty.
     *
     * <p>Does not refuse new tasks; {@link #tryToken()} does so from now on. Runs the waiters of a drain that it makes,
     * in this thread, before it returns.
     *
     * @return true if and only if this call closed it
     */
    public boolean close() {
        DrainTime time = new DrainTime(running.nanoTime(), this);
        long closed;
        // So that of two closes around a reopen the later one is the last to leave its time.
        synchronized (state) {
            closed = state.close();
            if (!StateWord.isClosed(closed)) {
                return false;
            }
            time.closedBy(closed);
            drainTime = time;
        }
        // Who drained it meanwhile has not found this yet.
        time.read();
        if (StateWord.isDrained(closed)) {
            waiters.runHappened();
        }
        return true;
    }

    /**
     * Opens the tracker again, so that it may become empty without being drained.
     *
     * <p>Waits that a drain has completed stay so.
     *
     * @return true if and only if it was closed
     */
    public boolean reopen() {
        return state.reopen();
    }

    /**
     * Whether the tracker is closed now.
     *
     * @return true if so
     */
    public boolean isClosed() {
        return StateWord.isClosed(state.read());
    }

    /**
     * Whether no task is counted now, closed or not; as exact as {@link #size()} is.
     *
     * @return true if so
     */
    public boolean isEmpty() {
        return state.size() == 0;
    }

    /**
     * Whether the tracker is closed and empty, both at one and the same instant.
     *
     * @return true if so
     */
    public boolean isDrained() {
        return StateWord.isDrained(state.read());
    }

    /**
     * The number of tasks that are counted now, named or not.
     *
     * <p>Exact once the tracker is closed, or while no other thread starts or ends a task. While several do, the count of an
     * open tracker may be spread over the cores, and then this adds up what it finds, a cell after the other: a number that
     * may never have been right at any one instant, but is off by no more than what has started and ended meanwhile.
     *
     * @return from 0 to 536,870,911
     */
    public long size() {
        return state.size();
    }

    /**
     * Counts a task, whether or not the tracker is closed.
     *
     * @return the task's token, to be closed when the task ends
     * @throws IllegalStateException if 536,870,911 tasks are counted already
     */
    public TaskToken token() {
        return new TaskToken(this);
    }

    /**
     * Counts a task, whether or not the tracker is closed, and lists it in {@link #runningTasks()} until it ends.
     *
     * @param taskName the task's name; need not be unique
     * @return the task's token, to be closed when the task ends
     * @throws IllegalArgumentException if the name is blank
     * @throws IllegalStateException if 536,870,911 tasks are counted already
     */
    public TaskToken token(String taskName) {
        return new TaskToken(this, TaskOptions.named(taskName));
    }

    /**
     * Counts a task unless the tracker is closed; the look and the count are one atomic step.
     *
     * <p>So no task is accepted after a {@link #close()} that nobody took back, and a wait that is made after the
     * close misses none that was accepted before.
     *
     * @return the task's token, to be closed when the task ends, or null if the tracker is closed
     * @throws IllegalStateException if 536,870,911 tasks are counted already
     */
    public @Nullable TaskToken tryToken() {
        return isClosed() ? null : tryCount(new TaskToken(this, (RunningTasks.Entry) null));
    }

    /**
     * Counts a task unless the tracker is closed, as {@link #tryToken()} does, and lists it in {@link #runningTasks()}
     * until it ends.
     *
     * @param taskName the task's name; need not be unique
     * @return the task's token, to be closed when the task ends, or null if the tracker is closed
     * @throws IllegalArgumentException if the name is blank
     * @throws IllegalStateException if 536,870,911 tasks are counted already
     */
    public @Nullable TaskToken tryToken(String taskName) {
        Preconditions.requireName("task name", taskName);
        return isClosed() ? null : tryCount(new TaskToken(this, new RunningTasks.Entry(taskName)));
    }

    /** The token was made before it is counted, so that it cannot fail to be made after. */
    private @Nullable TaskToken tryCount(TaskToken token) {
        if (!tryCountUp()) {
            return null;
        }
        token.enlist();
        return token;
    }

    /**
     * A wait for this tracker to be drained, that begins now.
     *
     * @return a signal that is done from the first instant, from now on, at which the tracker is closed and empty
     */
    public DrainSignal drained() {
        long now = state.read();
        int epoch = StateWord.epoch(now);
        return new DrainSignal(this, StateWord.isDrained(now) ? epoch - 1 : epoch);
    }

    /**
     * The named tasks that are running now, oldest first.
     *
     * <p>Takes time in proportion to their number. Tasks that have no name are counted in {@link #size()} only.
     *
     * @return an immutable list that does not change any more
     */
    public List<RunningTask> runningTasks() {
        return running.list();
    }

    /**
     * The one of the {@linkplain #runningTasks() running tasks} that has been running for the longest time.
     *
     * <p>Takes the same time however many there are.
     *
     * @return the task, or null if no named task is running
     */
    public @Nullable RunningTask oldestTask() {
        return running.oldest();
    }

    /**
     * How long the drain takes: the time since the {@link #close()}, until the tracker is drained for the first time after it,
     * and from then on the time that this took.
     *
     * @return zero while the tracker is open; never negative, and not disturbed by changes of the wall clock
     */
    public Duration drainTime() {
        DrainTime time = drainTime;
        return time == null || !isClosed() ? Duration.ZERO : time.read();
    }

    /**
     * Counts a stage as a task from now until it completes, in whatever way.
     *
     * @param <T> the type of the result
     * @param stage the task
     * @return a stage that completes as the given one does; what depends on it without an executor of its own runs
     *     before the task counts as ended. To cancel it does not stop the task, which is counted until it ends
     * @throws IllegalStateException if 536,870,911 tasks are counted already
     */
    public <T extends @Nullable Object> CompletionStage<T> track(CompletionStage<T> stage) {
        Objects.requireNonNull(stage, "stage must not be null");
        CompletableFuture<T> tracked = new CompletableFuture<>();
        TaskToken token = token();
        try {
            stage.whenComplete((result, failure) -> {
                try (token) {
                    if (failure == null) {
                        tracked.complete(result);
                    } else {
                        tracked.completeExceptionally(failure);
                    }
                }
            });
        } catch (Throwable refused) {
            token.close();
            throw refused;
        }
        return tracked;
    }

    /**
     * An executor that counts each task from {@code execute} to the end of its body.
     *
     * <p>This is how blocking code is tracked: its token lives as long as the code runs, whoever has lost interest in
     * the meantime. A task that the given executor rejects is not counted any more when the rejection reaches the
     * caller. One that it throws away in silence is counted for ever, since nothing tells that it will not run.
     *
     * @param executor what runs the tasks
     * @return an executor that passes tasks on to it
     */
    public Executor wrap(Executor executor) {
        Objects.requireNonNull(executor, "executor must not be null");
        return command -> {
            Objects.requireNonNull(command, "command must not be null");
            TaskToken token = token();
            try {
                executor.execute(() -> {
                    try (token) {
                        Object outer = CurrentTask.swap(token);
                        try {
                            command.run();
                        } finally {
                            CurrentTask.swap(outer);
                        }
                    }
                });
            } catch (Throwable rejected) {
                token.close();
                throw rejected;
            }
        };
    }

    /**
     * The tracker's name, whether it is closed, and how many tasks it counts.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        long now = state.read();
        return "TaskTracker[" + name + (StateWord.isClosed(now) ? ", closed, " : ", open, ") + state.size()
                + " running]";
    }

    /** For messages of those who wait: the name, the state, and the oldest of what still runs. */
    String describe() {
        long counted = size();
        StringBuilder text = new StringBuilder("tracker \"").append(name).append("\", which ");
        text.append(isClosed() ? "is closed" : "is open, so it cannot drain before it is closed,");
        text.append(" and counts ").append(counted).append(counted == 1 ? " task" : " tasks");
        List<RunningTask> named = runningTasks();
        for (int i = 0; i < Math.min(DESCRIBED, named.size()); i++) {
            RunningTask task = named.get(i);
            text.append(i == 0 ? ": \"" : ", \"")
                    .append(task.name())
                    .append("\" #")
                    .append(task.id());
            text.append(" for ").append(task.age());
        }
        return text.append(named.size() > DESCRIBED ? ", \u2026" : "").toString();
    }

    void countUp() {
        if (!state.acquire()) {
            countDown();
            throw full();
        }
    }

    /** False if closed. */
    boolean tryCountUp() {
        long before = state.tryAcquire();
        if (StateWord.isClosed(before)) {
            return false;
        }
        // It may be more for a moment: others that count without asking see only afterwards that they are too many.
        if (StateWord.count(before) >= StateWord.MOST) {
            throw full();
        }
        return true;
    }

    void countDown() {
        if (state.release()) {
            DrainTime time = drainTime;
            if (time != null) {
                time.read();
            }
            waiters.runHappened();
        }
    }

    void enlist(RunningTasks.Entry entry) {
        RunningTasks.Entry unused = running.add(entry);
    }

    void delist(RunningTasks.Entry entry) {
        running.remove(entry);
    }

    RunningTask describe(RunningTasks.Entry entry) {
        return running.describe(entry);
    }

    int epoch() {
        return StateWord.epoch(state.read());
    }

    Waiters waiters() {
        return waiters;
    }

    private IllegalStateException full() {
        return new IllegalStateException("tracker \"" + name + "\" counts " + StateWord.MOST
                + " tasks, which is the most it can: are their tokens ever closed?");
    }
}
