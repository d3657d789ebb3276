// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ConcurrencyLimit;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** The environment of one run of a pipeline: its time, log, trackers and counts. */
public final class World {

    /** Events of a log. */
    public enum What {
        SUBSCRIBED,
        REQUESTED,
        CANCELLED,
        CALLED,
        ON_SUBSCRIBE,
        ON_NEXT,
        ON_ERROR,
        ON_COMPLETE,
        DROPPED_ERROR,
        DROPPED_ELEMENT,
        DISCARDED,
        ESCAPED,
        CONTEXT
    }

    /** Number of the first consumer; steps have smaller ones. */
    static final int FIRST_CONSUMER = 100;

    private static final What[] WHATS = What.values();
    private static final int MAX_EVENTS = 1_500;

    private static final int MAX_SUBSCRIPTION_TIME = 10;

    /** Number of events after which a pipeline is stopped. */
    private static final int MAX_LOGGED = 10_000;

    /** The world whose pipeline runs. The libraries' hooks for dropped errors are global and read it here. */
    private static volatile World current;

    private final Pipeline pipeline;
    private final boolean isReference;
    private final RealThreads threads;
    private final Clockwork clockwork;
    private final Clockwork.Line aside;
    private final CancellationToken token = CancellationToken.create();
    private final TreeMap<Integer, CancellationToken> groupTokens = new TreeMap<>();
    private final TaskTracker tracker = TaskTracker.create("fuzz");
    private final TreeMap<Integer, TaskGroup> groups = new TreeMap<>();
    private final TreeMap<Integer, ConcurrencyLimit> limits = new TreeMap<>();
    private final List<Consumer> consumers = new ArrayList<>();
    private final List<Runnable> cancels = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private final Counter tasks = new Counter();
    private final Counter records = new Counter();

    private final AtomicInteger keys = new AtomicInteger();

    private TaskRecorder<Integer> recorder;
    private long[] log = new long[64];
    private int events;
    private volatile boolean closed;
    private volatile boolean groupsCancelled;
    private volatile boolean isBroken;
    private volatile boolean isLost;
    private volatile boolean isEndless;
    private boolean hasTypes;
    private boolean hasCancelThrown;
    private volatile Set<Integer> countedSteps = Set.of();
    private boolean isDrained;

    World(Pipeline pipeline, boolean isReference) {
        this(pipeline, isReference, null);
    }

    World(Pipeline pipeline, boolean isReference, RealThreads threads) {
        this.pipeline = pipeline;
        this.isReference = isReference;
        this.threads = threads;
        clockwork = new Clockwork(this, pipeline.seed(), threads);
        aside = clockwork.line();
    }

    /** Returns the world whose pipeline runs. */
    public static World current() {
        return current;
    }

    /** Returns whether our steps are replaced with steps that do nothing. */
    public boolean isReference() {
        return isReference;
    }

    /** Returns whether our steps are left out: the reference for them works in one thread only. */
    public boolean isBare() {
        return isReference && threads != null;
    }

    public Clockwork clockwork() {
        return clockwork;
    }

    /** Returns a line for sources that emit later and for consumers that request later. */
    public Clockwork.Line aside() {
        return aside;
    }

    public CancellationToken token() {
        return token;
    }

    /** Returns the token that the reference uses in place of a group's. */
    public CancellationToken groupToken(Node node) {
        return groupTokens.computeIfAbsent(node.id(), id -> {
            CancellationToken created = CancellationToken.create();
            if (groupsCancelled) {
                created.cancel();
            }
            return created;
        });
    }

    public TaskTracker tracker() {
        return tracker;
    }

    /** Returns whether trackers and groups were closed. */
    public boolean isClosed() {
        return closed;
    }

    /** Returns the group of a step. */
    public synchronized TaskGroup group(Node node) {
        return groups.computeIfAbsent(node.id(), id -> {
            var builder = TaskGroup.builder("group").timer(new Timer()).executor(executor());
            if (limitOf(node) > 0) {
                ConcurrencyLimit limit = Admission.concurrency(limitOf(node));
                limits.put(id, limit);
                builder.admission(limit);
            }
            if (retriesOf(node) > 0) {
                builder.onError(ErrorPolicy.retry(retriesOf(node), Backoff.none()));
            }
            TaskGroup group = builder.build();
            if (closed) {
                group.close();
            }
            if (groupsCancelled) {
                group.cancel();
            }
            return group;
        });
    }

    private Executor executor() {
        return threads == null ? Runnable::run : action -> clockwork.line().schedule(0, action);
    }

    /** Returns the maximum number of running tasks of a group; 0 means no limit. */
    static int limitOf(Node group) {
        return switch (group.size()) {
            case 1 -> 1;
            case 2 -> 2;
            case 3 -> 1_000;
            default -> 0;
        };
    }

    /** Returns the maximum number of retries of a task of a group. */
    public static int retriesOf(Node group) {
        return group.size() >= 4 ? group.at() : 0;
    }

    public synchronized TaskRecorder<Integer> recorder() {
        if (recorder == null) {
            recorder = TaskRecorder.create();
        }
        return recorder;
    }

    /** Returns a unique key. */
    public int newKey() {
        return keys.getAndIncrement();
    }

    /** Returns the reference's counts for trackers and groups. */
    public Counter tasks() {
        return tasks;
    }

    /** Returns the reference's counts for recorders. */
    public Counter records() {
        return records;
    }

    /** Returns the number of counted tasks. */
    public long size() {
        if (isReference) {
            return tasks.size;
        }
        long size = tracker.size();
        for (TaskGroup group : groups.values()) {
            size += group.counts().pending();
        }
        return size;
    }

    /**
     * Records an event.
     *
     * @throws Endless if there are too many; unwinds the code that keeps calling a step
     */
    @SuppressWarnings("EnumOrdinal") // the log does not outlive this object
    public void note(int node, What what, int detail) {
        if (threads != null) {
            noteInThreads(node, what);
            return;
        }
        if (events == MAX_LOGGED) {
            isEndless = true;
        }
        leaveIfEndless();
        for (ConcurrencyLimit limit : limits.values()) {
            if (limit.active() > limit.limit()) {
                breach("more permits than there are: " + limit);
            }
        }
        if (events == log.length) {
            log = Arrays.copyOf(log, events * 2);
        }
        log[events++] = ((long) node << 56)
                | ((long) what.ordinal() << 48)
                | ((size() & 0xFFFF) << 32)
                | (detail & 0xFFFFFFFFL);
    }

    private void noteInThreads(int node, What what) {
        leaveIfEndless();
        boolean isWork = node < FIRST_CONSUMER && (what == What.CALLED || what == What.SUBSCRIBED);
        synchronized (broken) {
            isEndless = ++events >= MAX_LOGGED;
            if (isDrained && isWork && countedSteps.contains(node)) {
                broken.add("step #" + node + " runs after the tracker has drained");
            }
        }
    }

    /** Records an event about an error. */
    public void note(int node, What what, Throwable error) {
        if (threads != null) {
            noteInThreads(node, what);
        } else if (isStandIn(error)) {
            // The place where it surfaces depends on the number of layers it passed.
            lose();
        } else {
            note(node, what, codeOf(error));
        }
    }

    private static int codeOf(Throwable error) {
        if (error instanceof Boom boom) {
            return boom.node;
        }
        boolean isRefusal = error instanceof Refused || error instanceof GroupClosedException;
        return (isRefusal ? Refused.class : error.getClass()).getName().hashCode() | 1 << 30;
    }

    /** Returns whether the run has reached the number of events at which sources stop emitting. */
    public boolean isExhausted() {
        return events > MAX_EVENTS;
    }

    /** Returns whether this was stopped. */
    boolean isEndless() {
        return isEndless;
    }

    /** Throws if this was stopped: called from loops that ignore exceptions of their steps. */
    public void leaveIfEndless() {
        if (isEndless) {
            throw new Endless();
        }
    }

    /** Returns whether an error was thrown that leaves a library's operators in an undefined state. */
    boolean isBroken() {
        return isBroken;
    }

    /** Returns whether a group's policy retries an attempt after a failure. */
    public static boolean isRetried(Throwable failure) {
        return !(failure instanceof CancellationException
                || failure instanceof LinkageError
                || failure instanceof VirtualMachineError);
    }

    /** Runs a later attempt. No subscriber receives its exceptions: a group passes them to the thread's handler. */
    public void runAttempt(Runnable attempt) {
        try {
            attempt.run();
        } catch (Throwable failure) {
            lose();
        }
    }

    /** Records that a source has broken the rules in a way for which the library defines no behaviour. */
    public void lose() {
        isLost = true;
    }

    /** Records that a source threw when it was cancelled: sources cancelled after it may not be. */
    void thrownByCancel() {
        hasCancelThrown = true;
        thrownBySource();
    }

    boolean hasCancelThrown() {
        return hasCancelThrown;
    }

    /**
     * Records that a source has thrown. The downstream of a recorded task may then receive an error that other
     * operators lose.
     */
    void thrownBySource() {
        isLost |= pipeline.uses(Kind.RECORD);
    }

    /** Records that each type of the library handles null differently, and so does a conversion. */
    public void haveTypes() {
        hasTypes = true;
    }

    /** Records that a source has emitted null. */
    void nullEmitted() {
        isLost |= pipeline.uses(Kind.RECORD)
                || (hasTypes && (pipeline.uses(Kind.CANCEL_WITH) || pipeline.uses(Kind.GROUP)));
    }

    boolean isLost() {
        return isLost;
    }

    void escaped(Throwable error) {
        isBroken |= error instanceof Boom.OfFatal;
        note(99, What.ESCAPED, error);
    }

    /** Returns whether RxJava throws this in place of a source's exception. */
    private static boolean isStandIn(Throwable error) {
        return error instanceof NullPointerException
                && ("subscribeActual failed".equals(error.getMessage())
                        || String.valueOf(error.getMessage()).startsWith("Actually not"));
    }

    /** Records a violation that needs no comparison. */
    public void breach(String what) {
        synchronized (broken) {
            broken.add(what);
        }
    }

    /**
     * Records that a consumer received two terminal signals. Checked only in threads, where all sources keep the rules.
     */
    void endedTwice(int consumer) {
        if (threads != null) {
            breach("consumer #" + consumer + " was told an end twice");
        }
    }

    /** Returns the script of a source. */
    Script scriptOf(Node node) {
        return threads == null ? Script.of(node) : Script.lawfulOf(node, pipeline.isPlain());
    }

    /** Registers a consumer for cancellation from outside. */
    void add(Consumer consumer) {
        consumers.add(consumer);
        cancels.add(consumer::cancel);
    }

    /** Returns the number of consumers that have received no terminal signal and have not cancelled. */
    long hanging() {
        return consumers.stream().filter(consumer -> !consumer.hasEnded()).count();
    }

    /**
     * Records a callback's call, and runs the node's fault at its element. Returns null if the callback must return
     * null.
     */
    public Object call(Node node, int element, Object result) {
        note(node.id(), What.CALLED, element);
        return element == node.at() ? act(node.fault(), node.id(), result) : result;
    }

    /** Runs a fault. */
    public Object act(Fault fault, int node, Object result) {
        isBroken |= node >= FIRST_CONSUMER && fault.isThrown();
        switch (fault) {
            case NONE -> {
                return result;
            }
            case THROW -> throw new Boom(node);
            case THROW_ERROR -> throw new Boom.OfError();
            case THROW_FATAL -> throw new Boom.OfFatal();
            case RETURN_NULL -> {
                return null;
            }
            case CANCEL_CONSUMER -> cancelFirst();
            case CANCEL_TOKEN -> token.cancel();
            case CANCEL_GROUP -> cancelGroups();
        }
        return result;
    }

    private void cancelFirst() {
        if (!cancels.isEmpty()) {
            cancels.get(0).run();
        }
    }

    private void cancelGroups() {
        if (!groupsCancelled) {
            groupsCancelled = true;
            groups.values().forEach(TaskGroup::cancel);
            groupTokens.values().forEach(CancellationToken::cancel);
        }
    }

    /** Runs a pipeline to its end. */
    void run(Assembly assembly) {
        for (Pipeline.Event event : pipeline.events()) {
            aside.schedule(event.time(), () -> happen(event.action()));
        }
        current = this;
        assembly.assemble(this, pipeline);
        clockwork.runAll();
    }

    /**
     * Runs a pipeline in real threads until all work has stopped.
     *
     * @param counted the steps that only tracked subscriptions of the root run, if all of them end without a cancel
     */
    void runInThreads(Assembly assembly, Set<Integer> counted) {
        countedSteps = counted;
        current = this;
        TaskToken subscribing = tracker.token();
        tracker.close();
        Registration unused = tracker.drained().onDone(() -> {
            synchronized (broken) {
                isDrained = true;
            }
        });
        threads.runAll(() -> {
            assembly.assemble(this, pipeline);
            for (Pipeline.Event event : pipeline.events()) {
                clockwork.line().schedule(event.time(), () -> happen(event.action()));
            }
            // After the subscriptions, which run in the same line.
            aside.schedule(MAX_SUBSCRIPTION_TIME, subscribing::close);
        });
    }

    /** Cancels all unfinished subscriptions in real threads; a step of a cancelled one may still be running. */
    void endInThreads() {
        countedSteps = Set.of();
        threads.runAll(() -> cancels.forEach(cancel -> aside.schedule(0, cancel)));
    }

    private void happen(Pipeline.Action action) {
        switch (action) {
            case CANCEL_CONSUMER -> cancelFirst();
            case CANCEL_TOKEN -> token.cancel();
            case CANCEL_GROUP -> cancelGroups();
            case CLOSE -> {
                closed = true;
                tracker.close();
                groups.values().forEach(TaskGroup::close);
            }
        }
    }

    /** Cancels all unfinished subscriptions and runs the effects. */
    void end() {
        current = this;
        for (Runnable cancel : cancels) {
            aside.schedule(0, cancel);
        }
        clockwork.runAll();
    }

    /** Adds violations that need no comparison, after all work has stopped. */
    List<String> breaches() {
        if (size() == 0) {
            limits.values().forEach(limit -> {
                if (limit.active() != 0 || limit.queued() != 0) {
                    breach("a permit was not given back: " + limit);
                }
            });
            for (TaskGroup group : groups.values()) {
                TaskCounts counts = group.counts();
                if (counts.ended() != counts.issued()) {
                    breach("the counts do not add up: " + counts);
                }
            }
        }
        return broken;
    }

    /** Returns whether the tracker reports that it counts nothing. */
    boolean isDrained() {
        return tracker.isDrained();
    }

    /** Returns the number of running recorded tasks. */
    long recording() {
        if (isReference) {
            return records.size;
        }
        return recorder == null ? 0 : recorder.counts().join().getOrDefault(TaskStatus.RUNNING, 0L);
    }

    int events() {
        return events;
    }

    long event(int index) {
        return log[index];
    }

    static What whatOf(long event) {
        return WHATS[(int) (event >>> 48 & 0xFF)];
    }

    /** Returns a description of an event. */
    String describe(int index) {
        long event = log[index];
        return whatOf(event) + " " + (int) event + " at #" + (event >>> 56) + ", counted " + (event >>> 32 & 0xFFFF);
    }

    /** Stops a pipeline that would not end; libraries rethrow it. */
    private static final class Endless extends VirtualMachineError {
        private static final long serialVersionUID = 1L;

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }

    /** Counts subscriptions of the reference. */
    public static final class Counter {

        private int size;

        /** Counts a subscription. */
        public void open() {
            size++;
        }

        /** Counts the end of one. */
        public void release() {
            size--;
        }
    }

    /** A timer for groups that uses the clockwork's time. */
    private final class Timer implements TaskTimer {

        @Override
        public long nanoTime() {
            return clockwork.now() * 1_000_000;
        }

        @Override
        public Registration schedule(Duration delay, Runnable action) {
            Clockwork.Task task = aside.schedule(delay.toMillis(), action);
            return task::cancel;
        }
    }
}
