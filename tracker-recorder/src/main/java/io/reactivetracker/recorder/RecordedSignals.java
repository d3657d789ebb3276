// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.internal.Throwables;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The signals of one subscription that is a recorded task, or a revoke: its upstream is touched only when the key is held,
 * and its downstream is told of its end when that is recorded.
 *
 * <pre>
 *   ASKING ──granted──→ STARTING ──upstream known──→ RUNNING ──first of: completed, failed, thrown, cancel──→ ENDED
 *      │
 *      └──refused, joined, or cancelled before: the upstream is never touched
 * </pre>
 *
 * <p>The way to ENDED is one compare-and-set ({@code ended}): who makes it has the end recorded, so it is recorded once. A
 * cancel makes it only when the upstream is known and can be cancelled first, for until then its {@code subscribe()} may still be
 * doing something that the next owner of the key is not to meet: a cancel that comes before is made up for by whoever
 * comes to know the upstream. Both write their own flag before they read the other's, so one of them sees both.
 *
 * <p>An adapter's subscriber extends this.
 *
 * @param <K> the type of the keys
 */
public abstract class RecordedSignals<K> {

    /**
     * Asks a recorder for a key, for a task or a revoke.
     *
     * @param <K> the type of the keys
     */
    @FunctionalInterface
    public interface Question<K> {

        /**
         * Asks.
         *
         * @param dropped takes what goes wrong when nobody waits for the answer any more
         * @return the answer
         */
        CompletableFuture<? extends @Nullable RecordedTask<K>> ask(Consumer<? super Throwable> dropped);
    }

    private static final VarHandle ENDED;

    static {
        try {
            ENDED = MethodHandles.lookup().findVarHandle(RecordedSignals.class, "ended", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Question<K> question;

    private volatile @Nullable Future<?> answer;
    private volatile boolean cancelled;
    private volatile boolean upstreamKnown;
    private volatile boolean ended;

    // Written before the upstream is touched, and read by who comes from there or has seen upstreamKnown.
    private @Nullable RecordedTask<K> task;

    /**
     * Makes the signals of a new subscription.
     *
     * @param question asks a recorder for the key
     */
    protected RecordedSignals(Question<K> question) {
        this.question = question;
    }

    /**
     * Subscribes to the upstream, in such a way that the task's token can end that.
     *
     * @param begun the task, which holds its key now
     */
    protected abstract void subscribeUpstream(RecordedTask<K> begun);

    /** Cancels the upstream, if it is known by now; else it is asked again when it is. */
    protected abstract void cancelUpstream();

    /** Passes the completion on. */
    protected abstract void passOnComplete();

    /**
     * Passes an error on.
     *
     * @param error the last signal
     */
    protected abstract void passOnError(Throwable error);

    /**
     * Takes an error that nobody can be told.
     *
     * @param error for the hook
     */
    protected abstract void drop(Throwable error);

    /** Asks for the key; to be called when the downstream has its subscription. */
    protected final void begin() {
        if (cancelled) {
            return;
        }
        CompletableFuture<? extends @Nullable RecordedTask<K>> asked;
        try {
            asked = question.ask(this::drop);
        } catch (Throwable failure) {
            tellError(failure);
            return;
        }
        answer = asked;
        if (cancelled) {
            asked.cancel(false);
        }
        whenDone(asked, this::answered);
    }

    private void answered(@Nullable RecordedTask<K> begun, @Nullable Throwable refusal) {
        if (begun != null) {
            run(begun);
        } else if (refusal == null) {
            tellCompletion();
        } else if (!cancelled || !isAnswer(refusal)) {
            // To who has cancelled, a refusal makes no difference; a store that fails does.
            tellError(refusal);
        }
    }

    private static boolean isAnswer(Throwable refusal) {
        return refusal instanceof TaskAlreadyRecordedException
                || refusal instanceof TaskNotSucceededException
                || refusal instanceof CancellationException;
    }

    private void run(RecordedTask<K> begun) {
        task = begun;
        if (!cancelled) {
            try {
                subscribeUpstream(begun);
            } catch (Throwable failure) {
                thrown(failure);
                throw failure;
            }
        }
        upstreamKnown();
    }

    /** To be called when the upstream has given its subscription, and before anything is requested from it. */
    protected final void upstreamKnown() {
        upstreamKnown = true;
        if (cancelled) {
            cancelKnownUpstream();
        }
    }

    private void cancelKnownUpstream() {
        if (!end()) {
            return;
        }
        try {
            cancelUpstream();
        } finally {
            whenDone(held().fail(new TaskCancelledException(null)), (nothing, notRecorded) -> {
                if (notRecorded != null) {
                    drop(notRecorded);
                }
            });
        }
    }

    /** The upstream's completion. */
    protected final void completed() {
        if (end()) {
            whenDone(held().succeed(), this::hasSucceeded);
        }
    }

    private void hasSucceeded(@Nullable Void nothing, @Nullable Throwable notRecorded) {
        if (notRecorded == null) {
            tellCompletion();
        } else {
            tellError(notRecorded);
        }
    }

    /**
     * The upstream's error, its token's included.
     *
     * @param error the upstream's last signal
     */
    protected final void failed(Throwable error) {
        if (task != null && end()) {
            recordFailure(error, () -> tellError(error));
        } else {
            drop(error);
        }
    }

    /**
     * One side has thrown, which by rule 2.13 of Reactive Streams is the end: nobody is told any more.
     *
     * @param failure what the caller throws on
     */
    protected final void thrown(Throwable failure) {
        boolean isFirst = end();
        Throwables.runAfter(failure, this::cancelUpstream);
        if (isFirst && task != null) {
            recordFailure(failure, () -> {});
        }
    }

    /** The downstream's cancel: takes back the wish for the key, or cancels the upstream and records that. */
    protected final void cancelled() {
        cancelled = true;
        Future<?> asked = answer;
        if (asked != null) {
            asked.cancel(false);
        }
        if (upstreamKnown) {
            cancelKnownUpstream();
        } else {
            cancelUpstream();
        }
    }

    /**
     * Whether the downstream has cancelled.
     *
     * @return true from then on
     */
    protected final boolean isCancelled() {
        return cancelled;
    }

    /**
     * Whether the upstream has given its subscription.
     *
     * @return true from then on
     */
    protected final boolean isUpstreamKnown() {
        return upstreamKnown;
    }

    /**
     * Whether the work is over; its end may not be recorded yet.
     *
     * @return true from then on
     */
    protected final boolean hasEnded() {
        return ended;
    }

    @SuppressWarnings("ReferenceEquality") // another one that equals it is another one
    private void recordFailure(Throwable failure, Runnable then) {
        whenDone(held().fail(failure), (nothing, notRecorded) -> {
            // A lost lease may be what has cancelled the work, and is known as the cause then.
            if (notRecorded != null && notRecorded != failure.getCause()) {
                Throwables.suppress(failure, notRecorded);
            }
            then.run();
        });
    }

    private void tellCompletion() {
        if (!cancelled) {
            passOnComplete();
        }
    }

    private void tellError(Throwable error) {
        if (cancelled) {
            drop(error);
        } else {
            passOnError(error);
        }
    }

    private boolean end() {
        return ENDED.compareAndSet(this, false, true);
    }

    private RecordedTask<K> held() {
        return Objects.requireNonNull(task, "the upstream has signalled before it was subscribed to");
    }

    /**
     * Calls an action with the end of a future: now, if it has ended, so that what the action throws reaches the caller; else
     * in the thread that ends it, where nobody else would catch that.
     */
    private <V extends @Nullable Object> void whenDone(
            CompletableFuture<? extends V> future,
            BiConsumer<? super @Nullable V, ? super @Nullable Throwable> action) {
        if (future.isDone()) {
            if (future.isCompletedExceptionally()) {
                action.accept(
                        null,
                        future.<Throwable>handle((none, failure) -> Throwables.unwrap(failure))
                                .join());
            } else {
                action.accept(future.join(), null);
            }
            return;
        }
        var unused = future.whenComplete((value, failure) -> {
            try {
                action.accept(value, failure == null ? null : Throwables.unwrap(failure));
            } catch (Throwable thrown) {
                drop(thrown);
            }
        });
    }
}
