// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.internal.Throwables;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A recorded task, or a revoke, of plain Java: its body is a stage, and it is the future of its outcome.
 *
 * <p>The outcome is that of whichever comes first, the end of the stage or a cancel: who sets {@code hasEnded} decides, then
 * has it recorded, and then completes the future; but a cancel completes it before that.
 */
final class StageRun<K, T extends @Nullable Object> extends Asking<K, T> {

    private static final VarHandle HAS_ENDED;
    private static final VarHandle TASK;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HAS_ENDED = lookup.findVarHandle(StageRun.class, "hasEnded", boolean.class);
            TASK = lookup.findVarHandle(StageRun.class, "task", RecordedTask.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Function<? super RecordContext<K>, ? extends CompletionStage<T>> body;

    private volatile boolean hasEnded;
    private volatile @Nullable RecordedTask<K> task;

    StageRun(
            TaskRecorder<K> recorder,
            K key,
            @Nullable RecordOptions options,
            Function<? super RecordContext<K>, ? extends CompletionStage<T>> body) {
        super(recorder, key, options, Throwables::reportUncaught);
        this.body = body;
    }

    StageRun<K, T> start() {
        RecordedTask<K> begun = askFirst();
        if (begun != null) {
            // Nobody can have cancelled what is not known yet.
            TASK.set(this, begun);
            run(begun);
        }
        return this;
    }

    /** Cancels the task: it is recorded as failed, unless it has ended. */
    @Override
    public boolean cancel(boolean mayInterrupt) {
        if (!isDone()) {
            RecordedTask<K> begun = task;
            if (begun != null) {
                begun.cancellationToken().cancel();
            }
            // The token tells us too, but maybe not before this returns: if another thread cancels it just now.
            stop();
        }
        return isCancelled();
    }

    @Override
    void begun(RecordedTask<K> begun) {
        task = begun;
        run(begun);
    }

    @Override
    @SuppressWarnings("NullAway") // who joins gets nothing, as documented
    void joined() {
        if (end()) {
            complete(null);
        }
    }

    @Override
    boolean refused(Throwable reason) {
        return end() && completeExceptionally(reason);
    }

    private void run(RecordedTask<K> begun) {
        begun.onCancel(this);
        if (hasEnded) {
            // Cancelled before it was begun: whoever did may have found no task to record that of.
            giveBack(begun);
            return;
        }
        CompletionStage<T> stage;
        try {
            stage = Objects.requireNonNull(body.apply(begun), "the body of the task returned null, not a stage");
        } catch (Throwable failure) {
            settle(begun, null, failure);
            return;
        }
        if (Stages.hasValue(stage)) {
            settle(begun, stage.toCompletableFuture().join(), null);
        } else {
            Stages.<T>whenDone(stage, (value, failure) -> settle(begun, value, failure));
        }
    }

    @SuppressWarnings("NullAway") // the value of a stage of nullable results may be null
    private void settle(RecordedTask<K> begun, @Nullable T value, @Nullable Throwable failure) {
        if (!end()) {
            return;
        }
        if (failure != null) {
            fail(begun, failure);
            return;
        }
        CompletableFuture<Void> recorded = begun.succeed();
        if (Stages.hasValue(recorded)) {
            complete(value);
        } else {
            Stages.<@Nullable Void>whenDone(recorded, (nothing, notRecorded) -> tell(value, notRecorded));
        }
    }

    @SuppressWarnings("NullAway") // as settle
    private void tell(@Nullable T value, @Nullable Throwable notRecorded) {
        if (notRecorded != null) {
            completeExceptionally(notRecorded);
            return;
        }
        complete(value);
    }

    @SuppressWarnings("ReferenceEquality") // another one that equals it is another one
    private void fail(RecordedTask<K> begun, Throwable failure) {
        Stages.<@Nullable Void>whenDone(begun.fail(failure), (nothing, notRecorded) -> {
            // A lost lease may be what has cancelled the work, and is known as the cause then.
            if (notRecorded != null && notRecorded != failure.getCause()) {
                Throwables.suppress(failure, notRecorded);
            }
            completeExceptionally(failure);
        });
    }

    /** The task's token was cancelled, or this was. */
    void stop() {
        if (!end()) {
            return;
        }
        RecordedTask<K> begun = task;
        TaskCancelledException cancelled =
                begun == null ? new TaskCancelledException(null) : TaskCancelledException.of(begun.cancellationToken());
        completeExceptionally(cancelled);
        if (begun != null) {
            fail(begun, cancelled);
        }
    }

    private boolean end() {
        return HAS_ENDED.compareAndSet(this, false, true);
    }
}
