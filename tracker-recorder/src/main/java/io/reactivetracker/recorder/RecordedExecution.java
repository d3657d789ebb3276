// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.internal.Throwables;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a recorded task or revoke: claims the key, starts the work, records how it ends, and then tells the
 * downstream. The recorder's own stages and the subscriptions of Reactor and RxJava extend it, as can an adapter to
 * another library.
 *
 * <pre>
 *   REQUESTED ──granted──→ STARTING ──workStarted──→ RUNNING ──first of: succeeded, failed, aborted, cancelled──→ ENDED
 *       │
 *       └──refused, joined, or cancelled before: the work is not started
 * </pre>
 *
 * <p>The step to ENDED is one compare-and-set of {@code ended}. The thread that makes it records the end, so the end is
 * recorded once. A cancel makes it only when the work can be cancelled: until then the start may still do something
 * that the next owner of the key must not meet. A cancel that comes earlier is made up for by {@link #workStarted()}.
 * Each side writes its own flag before it reads the other's, so at least one of them sees both.
 *
 * <p>A subscriber extends {@link RecordedSubscription}, which calls the methods below as they are meant:
 * <ul>
 *   <li>After {@code onSubscribe} of the downstream, call {@link #sendRequest()}.
 *   <li>{@link #startWork} subscribes to the upstream, below an operator that ends it when the task's {@linkplain
 *       RecordContext#cancellationToken() token} is cancelled. {@code onSubscribe} of the upstream calls {@link
 *       #workStarted(Runnable)}, which requests what was requested before.
 *   <li>{@code onComplete} calls {@link #workSucceeded()}, {@code onError} calls {@link #workFailed}, and {@code
 *       cancel} calls {@link #cancelExecution()}.
 *   <li>If {@code onNext} of the downstream or {@code request} of the upstream throws, call {@link #abort} and rethrow.
 * </ul>
 *
 * <p>Hooks are called in the thread that calls this, or, where the store answers later, on the recorder's executor.
 * What a hook throws reaches the caller, or there is passed to {@link #drop}. The methods are safe for use by several
 * threads; the signals of the work come one after the other.
 *
 * @param <K> the type of the keys
 */
public abstract class RecordedExecution<K> extends ClaimRequest.Claimant<K> {

    private static final VarHandle ENDED;

    static {
        try {
            ENDED = MethodHandles.lookup().findVarHandle(RecordedExecution.class, "ended", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ClaimRequest<K> request;

    private volatile @Nullable RecordedTask<K> task;
    private volatile @Nullable Future<?> joining;
    private volatile boolean cancelled;
    private volatile boolean started;
    private volatile boolean ended;

    // The thread that runs startWork, while it does. It looks at thrownAtStart when startWork has returned.
    private volatile @Nullable Thread starting;
    private @Nullable Throwable thrownAtStart;

    /**
     * Creates an execution that has not claimed its key yet.
     *
     * @param request the request to send
     */
    protected RecordedExecution(ClaimRequest<K> request) {
        this.request = Objects.requireNonNull(request, "request must not be null");
    }

    /**
     * Starts the work. Called once, if the key was granted and the execution was not cancelled before.
     *
     * @param begun the task, which holds the key
     */
    protected abstract void startWork(RecordedTask<K> begun);

    /** Cancels the work. Called also before there is any, and then again when it has started. */
    protected abstract void cancelWork();

    /** Tells the downstream that the work has succeeded, which is recorded by now. */
    protected abstract void emitComplete();

    /**
     * Tells the downstream that the execution has failed. A failure of the work is recorded by now.
     *
     * @param error the last signal
     */
    protected abstract void emitError(Throwable error);

    /**
     * Receives an error that nobody can be told, such as a failure of the store after a cancel.
     *
     * @param error the error
     */
    @Override
    protected abstract void drop(Throwable error);

    /** Claims the key. To be called once, when the downstream can be told. */
    protected final void sendRequest() {
        if (cancelled) {
            return;
        }
        try {
            request.checkKey();
        } catch (Throwable refusal) {
            tellError(refusal);
            return;
        }
        request.send(this);
    }

    @Override
    final void granted(RecordedTask<K> begun) {
        task = begun;
        if (ended) {
            // It was cancelled or aborted before there was a task to record that of.
            giveBack(begun);
            return;
        }
        if (!cancelled) {
            start(begun);
        }
        workStarted();
    }

    private void start(RecordedTask<K> begun) {
        starting = Thread.currentThread();
        try {
            startWork(begun);
        } catch (Throwable failure) {
            abort(failure);
            throw failure;
        } finally {
            starting = null;
        }
        Throwable failure = thrownAtStart;
        if (failure != null && !ended) {
            // The upstream has swallowed it and told nobody.
            workFailed(failure);
        }
    }

    @Override
    final void joined() {
        tellComplete();
    }

    @Override
    final boolean refused(Throwable reason) {
        if (isWithdrawn() || ended) {
            return false;
        }
        emitError(reason);
        return true;
    }

    @Override
    void joining(CompletableFuture<TaskRecord> wait) {
        joining = wait;
        if (cancelled) {
            wait.cancel(false);
        }
    }

    @Override
    boolean isWithdrawn() {
        return cancelled;
    }

    /** Marks the work as started: from now on it can be cancelled. Has no effect if called again. */
    protected final void workStarted() {
        started = true;
        if (cancelled) {
            cancelStarted();
        }
    }

    /**
     * Marks the work as started, and then runs its first step, such as the first request to the upstream.
     *
     * <p>What the step throws ends the execution: when {@link #startWork} has returned, if this runs within it, so that
     * an upstream that handles the throwable can emit its own error; otherwise now, as {@link #abort} does, since
     * nobody else looks at it.
     *
     * @param firstStep the step; what it throws is thrown on
     */
    protected final void workStarted(Runnable firstStep) {
        workStarted();
        try {
            firstStep.run();
        } catch (Throwable failure) {
            if (Thread.currentThread().equals(starting)) {
                thrownAtStart = failure;
            } else {
                abort(failure);
            }
            throw failure;
        }
    }

    private void cancelStarted() {
        if (end()) {
            try {
                cancelWork();
            } finally {
                giveBack(held());
            }
        }
    }

    /** Records a success, and then tells the downstream. */
    protected final void workSucceeded() {
        if (end()) {
            listen(held().succeed(), notRecorded -> {
                if (notRecorded == null) {
                    tellComplete();
                } else {
                    tellError(notRecorded);
                }
            });
        }
    }

    /**
     * Records a failure, and then tells the downstream. If the execution has ended, the error is dropped.
     *
     * @param error the last signal of the work, or of the operator that ends it when its token is cancelled
     */
    protected final void workFailed(Throwable error) {
        if (task != null && end()) {
            recordFailure(error, () -> tellError(error));
        } else {
            drop(error);
        }
    }

    /**
     * Ends the execution because one side has thrown: cancels the work and records the failure. The downstream is told
     * nothing more, by rule 2.13 of Reactive Streams.
     *
     * @param failure what was thrown; the caller throws it on
     */
    protected final void abort(Throwable failure) {
        boolean isFirst = end();
        Throwables.runAfter(failure, this::cancelWork);
        if (isFirst && task != null) {
            recordFailure(failure, () -> {});
        }
    }

    /**
     * Cancels the execution on behalf of the downstream, which is told nothing more. Withdraws the request, or cancels
     * the work and records it as failed with a {@link io.reactivetracker.TaskCancelledException}.
     */
    protected final void cancelExecution() {
        cancelled = true;
        Future<?> wait = joining;
        if (wait != null) {
            wait.cancel(false);
        }
        if (started) {
            cancelStarted();
        } else {
            cancelWork();
        }
    }

    /**
     * Returns true if the downstream has cancelled.
     *
     * @return true once {@link #cancelExecution()} was called
     */
    protected final boolean isCancelled() {
        return cancelled;
    }

    /**
     * Returns true if the work is over; its end may not be recorded yet.
     *
     * @return true once the first of the work's ends has come
     */
    protected final boolean isEnded() {
        return ended;
    }

    final @Nullable RecordedTask<K> task() {
        return task;
    }

    /** Returns true for the one caller that ends the execution, and so has to record that. */
    final boolean end() {
        return ENDED.compareAndSet(this, false, true);
    }

    @SuppressWarnings("ReferenceEquality") // an equal throwable is another one
    final void recordFailure(Throwable failure, Runnable then) {
        listen(held().fail(failure), notRecorded -> {
            // A lost lease that has cancelled the work is the cause already.
            if (notRecorded != null && notRecorded != failure.getCause()) {
                Throwables.suppress(failure, notRecorded);
            }
            then.run();
        });
    }

    private void tellComplete() {
        if (!cancelled) {
            emitComplete();
        }
    }

    private void tellError(Throwable error) {
        if (cancelled) {
            drop(error);
        } else {
            emitError(error);
        }
    }

    private RecordedTask<K> held() {
        return Objects.requireNonNull(task, "the upstream has signalled before it was subscribed to");
    }

    private void listen(CompletableFuture<Void> recorded, Consumer<@Nullable Throwable> action) {
        if (recorded.isDone()) {
            Throwable notRecorded = recorded.isCompletedExceptionally()
                    ? recorded.<Throwable>handle((nothing, failure) -> failure).join()
                    : null;
            action.accept(notRecorded);
        } else {
            Stages.<@Nullable Void>whenDone(recorded, (nothing, notRecorded) -> call(() -> action.accept(notRecorded)));
        }
    }
}
