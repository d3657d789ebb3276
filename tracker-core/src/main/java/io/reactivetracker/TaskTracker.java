// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.CoarseClock;
import io.reactivetracker.internal.GroupTrackers;
import io.reactivetracker.internal.JfrEvents;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts running tasks and tells when the last one has ended.
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
 * <p>A task is counted from the creation of its {@link TaskToken} until the token is closed. The tracker is
 * <em>drained</em> while it is closed and counts no task. A {@link DrainSignal} waits for that and is exact: it is done
 * if and only if the tracker was drained at some instant since the signal was created.
 *
 * <p>Closing a tracker stops no task. It declares that no more tasks are expected, so that an empty tracker is at its
 * end and not between two tasks. Tasks that start after the close are counted and awaited, unless they are started with
 * {@link #tryToken()}, which refuses them. A tracker that is never closed never drains. A tracker holds no thread and
 * no other resource, so an unused one can be dropped.
 *
 * <p>Safe for use by several threads. No method blocks, except {@link DrainSignal#await()}. Actions of a task before
 * its token was closed happen-before actions of a waiter after the signal. Calls of {@link #close()} and
 * {@link #reopen()} order memory as a lock does: actions before a call that returned true happen-before actions after
 * the next call of the other method that returned true.
 *
 * <p>After <a href="https://docs.rs/tokio-util/latest/tokio_util/task/task_tracker/struct.TaskTracker.html">
 * {@code TaskTracker}</a> of tokio-util, with names of running tasks, atomic refusal and exact waits added.
 */
public final class TaskTracker {

    private static final AtomicLong CREATED = new AtomicLong();

    /** The number of tasks that a message names. */
    private static final int MAX_DESCRIBED = 5;

    static {
        GroupTrackers.register(TaskTracker::ofGroup);
    }

    private final String name;
    private final TaskCount state;
    private final Waiters waiters = new Waiters();
    private final Waiters closeWaiters = new Waiters();
    private final RunningTasks running;

    /** Counts the tasks of a drain for its events, if this is a tracker of a group; null if this tracker does. */
    private final @Nullable LongSupplier pending;

    /**
     * That of the last close, written after the close and before a reopen, under the lock of the state. A new object
     * for each close, so it also tells whether the tracker was closed since an earlier read.
     */
    private volatile @Nullable DrainTime drainTime;

    // Both are written under the lock of the state.
    private volatile @Nullable LeakSampler leaks;
    private volatile long leakedTasks;

    /** Creates a tracker in any state and with any clock; for tests. */
    TaskTracker(String name, TaskCount state, RunningTasks running) {
        this(name, state, running, null);
    }

    private TaskTracker(String name, TaskCount state, RunningTasks running, @Nullable LongSupplier pending) {
        this.name = name;
        this.state = state;
        this.running = running;
        this.pending = pending;
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
     * @param name the name for messages and tools; need not be unique
     * @return a new tracker
     * @throws IllegalArgumentException if the name is blank
     */
    public static TaskTracker create(String name) {
        return create(Preconditions.requireName("tracker name", name), null);
    }

    private static TaskTracker ofGroup(String name, LongSupplier pending) {
        return create(name, pending);
    }

    private static TaskTracker create(String name, @Nullable LongSupplier pending) {
        return new TaskTracker(
                name,
                new TaskCount(new StateWord()),
                new RunningTasks(System::nanoTime, CoarseClock::nanoTime),
                pending);
    }

    /**
     * Returns the name for messages and tools.
     *
     * @return the name that the tracker was created with
     */
    public String name() {
        return name;
    }

    /**
     * Closes the tracker: from now on it is drained whenever it is empty.
     *
     * <p>Refuses no tasks, but {@link #tryToken()} does so from now on. This call runs the {@linkplain #onClose actions
     * of the close} in this thread before it returns and, if it drains the tracker, the waiters after them.
     *
     * @return true if and only if this call closed the tracker
     */
    public boolean close() {
        DrainTime time = new DrainTime(running.nanoTime(), this);
        long closed;
        // Of two closes around a reopen, the later one must be the last to write its time.
        synchronized (state) {
            closed = state.close();
            if (closed == StateWord.ALREADY_CLOSED) {
                return false;
            }
            time.closedBy(closed);
            drainTime = time;
        }
        // A thread that has drained the tracker meanwhile did not find the time.
        time.read();
        closeWaiters.runHappened();
        if (StateWord.isDrained(closed)) {
            waiters.runHappened();
        }
        return true;
    }

    /**
     * Runs an action once the tracker is closed: now, in this thread, if it is closed, otherwise in the thread that
     * closes it.
     *
     * <p>Use it to end what never ends by itself, such as a source of messages: it ends when the close begins, and the
     * drain waits for the tasks in flight.
     *
     * <pre>{@code
     * Registration registration = tracker.onClose(consumer::stopFetching);
     * }</pre>
     *
     * <p>The action runs at most once. If the tracker is reopened after that, a second close does not run it again;
     * register it again for the next close. An action that is registered while the tracker is open runs at the next
     * close, even if another thread reopens the tracker at once.
     *
     * <p>Actions run in the order of their registration, outside any lock, and may use the tracker in any way. They
     * should not block, since later ones and the caller of {@link #close()} wait for them. What an action throws
     * reaches the uncaught-exception handler of its thread and affects neither other actions nor the close; if it runs
     * during this call, it reaches the caller.
     *
     * @param action the action to run once
     * @return a handle that unlinks the action while it waits
     */
    public Registration onClose(Runnable action) {
        Objects.requireNonNull(action, "action must not be null");
        // close ‖ onClose: the time of the close changes after the word is closed and before it can be reopened. So
        // from the close on, this condition is true for good, and Waiters misses no action.
        DrainTime before = drainTime;
        return closeWaiters.register(() -> isClosed() || hasClosedSince(before), action);
    }

    @SuppressWarnings("ReferenceEquality") // each close has an object of its own
    private boolean hasClosedSince(@Nullable DrainTime before) {
        return drainTime != before;
    }

    /**
     * Opens the tracker again, so that it may become empty without being drained.
     *
     * <p>Signals that are done stay done.
     *
     * @return true if and only if this call opened the tracker
     */
    public boolean reopen() {
        return state.reopen();
    }

    /**
     * Returns whether the tracker is closed.
     *
     * @return true if it is closed now
     */
    public boolean isClosed() {
        return StateWord.isClosed(state.read());
    }

    /**
     * Returns whether no task is counted, as exactly as {@link #size()} does. The tracker may be open or closed.
     *
     * @return true if it is empty now
     */
    public boolean isEmpty() {
        return state.size() == 0;
    }

    /**
     * Returns whether the tracker is closed and empty at one instant.
     *
     * @return true if it is drained now
     */
    public boolean isDrained() {
        return StateWord.isDrained(state.read());
    }

    /**
     * Returns the number of tasks that are counted now, named or not.
     *
     * <p>Exact once the tracker is closed, and while no other thread starts or ends a task. Otherwise the count of an
     * open tracker may be spread over several stripes, which this method adds up one after the other. The sum differs
     * from the count at any one instant by no more than the tasks that start and end meanwhile.
     *
     * @return from 0 to 536,870,911
     */
    public long size() {
        return state.size();
    }

    /**
     * Counts a task, whether or not the tracker is closed.
     *
     * @return the task's token; close it when the task ends
     * @throws IllegalStateException if 536,870,911 tasks are counted already
     */
    public TaskToken token() {
        return new TaskToken(this);
    }

    /**
     * Counts a task, whether or not the tracker is closed, and lists it in {@link #runningTasks()} until it ends.
     *
     * @param taskName the task's name; need not be unique
     * @return the task's token; close it when the task ends
     * @throws IllegalArgumentException if the name is blank
     * @throws IllegalStateException if 536,870,911 tasks are counted already
     */
    public TaskToken token(String taskName) {
        return new TaskToken(this, TaskOptions.named(taskName));
    }

    /**
     * Counts a task unless the tracker is closed. The check and the count are one atomic step.
     *
     * <p>So no task is accepted after a {@link #close()}, until the tracker is reopened. A wait that is created after
     * the close covers all tasks that were accepted before it.
     *
     * @return the task's token, which is closed when the task ends, or null if the tracker is closed
     * @throws IllegalStateException if 536,870,911 tasks are counted already
     */
    public @Nullable TaskToken tryToken() {
        return isClosed() ? null : tryCount(new TaskToken(this, (String) null));
    }

    /**
     * Counts a task unless the tracker is closed, as {@link #tryToken()} does, and lists it in {@link #runningTasks()}
     * until it ends.
     *
     * @param taskName the task's name; need not be unique
     * @return the task's token, which is closed when the task ends, or null if the tracker is closed
     * @throws IllegalArgumentException if the name is blank
     * @throws IllegalStateException if 536,870,911 tasks are counted already
     */
    public @Nullable TaskToken tryToken(String taskName) {
        Preconditions.requireName("task name", taskName);
        TaskToken counted = isClosed() ? null : tryCount(new TaskToken(this, taskName));
        if (counted == null) {
            JfrEvents.taskRefused(name, taskName, 0, JfrEvents.Refusal.CLOSED, null);
        }
        return counted;
    }

    /** The token is created before it is counted: an {@code OutOfMemoryError} in between would leave a count behind. */
    private @Nullable TaskToken tryCount(TaskToken token) {
        if (!tryCountUp()) {
            return null;
        }
        token.enlist();
        return token;
    }

    /**
     * Creates a wait for this tracker to be drained.
     *
     * @return a signal that is done from the first instant after this call at which the tracker is closed and empty
     */
    public DrainSignal drained() {
        return new DrainSignal(this, StateWord.epochBeforeDrain(state.read()));
    }

    /**
     * Returns the named tasks that are running, oldest first.
     *
     * <p>Contains each named task that runs during the whole call, and may contain tasks that start or end during it.
     * Takes time in proportion to their number. Unnamed tasks are counted in {@link #size()} only.
     *
     * @return an immutable list, which does not change any more
     */
    public List<RunningTask> runningTasks() {
        return running.list();
    }

    /**
     * Returns the one of the {@linkplain #runningTasks() running tasks} that started first, in constant time.
     *
     * @return the task, or null if no named task is running
     */
    public @Nullable RunningTask oldestTask() {
        return running.oldest();
    }

    /**
     * Returns the number of tasks that a {@link LeakWatch} has found to be leaked.
     *
     * @return a total, which never decreases; zero if the tracker was never watched
     */
    public long leakedTasks() {
        return leakedTasks;
    }

    /**
     * Returns how long the drain takes: the time since the {@link #close()} and, once the tracker was drained after it,
     * the time between the two.
     *
     * @return zero while the tracker is open; never negative, and independent of changes of the wall clock
     */
    public Duration drainTime() {
        DrainTime time = drainTime;
        return time == null || !isClosed() ? Duration.ZERO : time.read();
    }

    /**
     * Counts a stage as a task from now until it completes.
     *
     * @param <T> the type of the result
     * @param stage the task
     * @return a stage that completes as the given one does. Its dependents that have no executor of their own run
     *     before the task ends. Cancelling it does not stop the task, which is counted until it completes
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
     * Runs blocking code on a thread of its own, and counts it until it has returned.
     *
     * <p>The code runs on a virtual thread, or, before JDK 21, on a thread of a pool with ten threads for each
     * processor, where it may have to wait. Cancelling the future interrupts the code and completes the future
     * at once. The tracker counts the task until the code has returned; code that has not begun never runs. No
     * interrupt reaches what the thread runs next.
     *
     * @param <T> the type of the result
     * @param taskName the name under which {@link #runningTasks()} lists the task
     * @param body the code
     * @return a future of the result; the task is not counted any more when it completes, unless it was cancelled
     * @throws IllegalArgumentException if the name is blank
     */
    public <T extends @Nullable Object> CompletableFuture<T> submitBlocking(String taskName, Callable<T> body) {
        return submitBlocking(TaskOptions.named(taskName), body);
    }

    /**
     * Runs blocking code with these options, as {@link #submitBlocking(String, Callable)} does.
     *
     * @param <T> the type of the result
     * @param options the name of the task, and whether a closed tracker refuses it
     * @param body the code
     * @return a future of the result; the task is not counted any more when it completes, unless it was cancelled
     * @throws IllegalArgumentException if the options have a time limit, which only a {@code TaskGroup} can keep
     * @throws TrackerClosedException if the options are strict and the tracker is closed
     */
    public <T extends @Nullable Object> CompletableFuture<T> submitBlocking(TaskOptions options, Callable<T> body) {
        Objects.requireNonNull(body, "body must not be null");
        return BlockingTask.start(new TaskToken(this, options), body);
    }

    /**
     * Returns an executor that counts each task from {@code execute} until its body has returned.
     *
     * <p>Use it to track blocking code: the task is counted as long as the code runs, even if its result is not needed
     * any more. If the given executor rejects a task, the task is not counted any more when the rejection reaches the
     * caller. If it discards a task silently, the task is counted forever.
     *
     * @param executor runs the tasks
     * @return an executor that passes the tasks on to the given one
     */
    public Executor wrap(Executor executor) {
        Objects.requireNonNull(executor, "executor must not be null");
        return command -> CountedCommand.execute(this, executor, command);
    }

    /**
     * Returns an executor service that counts each task from its submission until its body has returned.
     *
     * <p>Rejected and discarded tasks are treated as by {@link #wrap(Executor)}. A task whose future is cancelled is
     * counted until the given service has taken it from its queue or its body has returned. Tasks that
     * {@code shutdownNow()} returns are not counted any more.
     *
     * <p>The methods that shut down the service or wait for its end are passed on to the given service. They neither
     * close the tracker nor wait for it.
     *
     * @param executor runs the tasks
     * @return a service that passes the tasks on to the given one by {@code execute}
     */
    public ExecutorService wrap(ExecutorService executor) {
        return new CountingExecutorService(this, Objects.requireNonNull(executor, "executor must not be null"));
    }

    /**
     * Returns a description for logs; its format may change.
     *
     * @return the tracker's name, whether it is closed, and how many tasks it counts
     */
    @Override
    public String toString() {
        return "TaskTracker[" + name + (isClosed() ? ", closed, " : ", open, ") + size() + " running]";
    }

    /** Returns the name, the state and the oldest running tasks, for messages about a wait. */
    String describe() {
        long counted = size();
        StringBuilder text = new StringBuilder("tracker \"").append(name).append("\", which ");
        text.append(isClosed() ? "is closed" : "is open, so it cannot drain before it is closed,");
        text.append(" and counts ").append(counted).append(counted == 1 ? " task" : " tasks");
        List<RunningTask> named = runningTasks();
        for (int i = 0; i < Math.min(MAX_DESCRIBED, named.size()); i++) {
            RunningTask task = named.get(i);
            text.append(i == 0 ? ": \"" : ", \"")
                    .append(task.name())
                    .append("\" #")
                    .append(task.id());
            text.append(" for ").append(task.age());
        }
        return text.append(named.size() > MAX_DESCRIBED ? ", \u2026" : "").toString();
    }

    void countUp() {
        if (!state.acquire()) {
            countDown();
            throw full();
        }
    }

    /** Returns false if the tracker is closed. */
    boolean tryCountUp() {
        return switch (state.tryAcquire()) {
            case COUNTED -> true;
            case CLOSED -> false;
            case FULL -> throw full();
        };
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

    /** Returns what a token keeps about its task: null if it has no name and is not watched. */
    RunningTasks.@Nullable Entry entryOf(TaskToken token, @Nullable String taskName) {
        LeakSampler sampler = leaks;
        RunningTasks.Entry watched = sampler == null ? null : sampler.sample(token, taskName);
        if (watched != null) {
            return watched;
        }
        return taskName == null ? null : RunningTasks.Entry.of(taskName);
    }

    void enlist(RunningTasks.Entry entry) {
        entry.begin();
        if (entry.name() != null) {
            RunningTasks.Entry unused = running.add(entry);
        }
    }

    void delist(RunningTasks.Entry entry) {
        entry.end();
        running.remove(entry);
    }

    @Nullable
    RunningTask describe(RunningTasks.Entry entry) {
        return running.describe(entry);
    }

    void watchLeaks(LeakSampler sampler) {
        synchronized (state) {
            if (leaks != null) {
                throw new IllegalStateException(
                        "tracker \"" + name + "\" has a LeakWatch already: close that one before you start another");
            }
            leaks = sampler;
        }
    }

    @SuppressWarnings("ReferenceEquality") // a sampler is itself
    void unwatchLeaks(LeakSampler sampler) {
        synchronized (state) {
            if (leaks == sampler) {
                leaks = null;
            }
        }
    }

    /** Counts a task that its watch has found. */
    void countLeak() {
        synchronized (state) {
            leakedTasks++;
        }
    }

    /** Ends a task whose token is garbage, as the token would. */
    void endLeaked(RunningTasks.Entry entry) {
        try {
            running.remove(entry);
        } finally {
            countDown();
        }
    }

    long nanoTime() {
        return running.nanoTime().getAsLong();
    }

    /** Returns whether the events of Flight Recorder show the drains of this tracker. */
    @SuppressWarnings("ReferenceEquality") // one object, as null
    boolean writesDrains() {
        return pending != GroupTrackers.NO_EVENTS;
    }

    /** Returns the number of tasks that a drain waits for, as its event shows it, for the word that the close made. */
    long pendingAt(long closed) {
        return pending == null ? StateWord.count(closed) : pending.getAsLong();
    }

    int epoch() {
        return StateWord.epoch(state.read());
    }

    Waiters waiters() {
        return waiters;
    }

    private IllegalStateException full() {
        return new IllegalStateException("tracker \"" + name + "\" counts " + StateWord.MAX
                + " tasks, which is the maximum: are their tokens ever closed?");
    }
}
