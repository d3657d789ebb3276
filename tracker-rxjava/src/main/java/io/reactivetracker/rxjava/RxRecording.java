// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.recorder.ClaimRequest;
import io.reactivetracker.recorder.LeaseLostException;
import io.reactivetracker.recorder.RecordContext;
import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.RecordStoreException;
import io.reactivetracker.recorder.TaskAlreadyRecordedException;
import io.reactivetracker.recorder.TaskNotSucceededException;
import io.reactivetracker.recorder.TaskRecord;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleSource;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Records the outcome of RxJava 3 pipelines by key, so that a task succeeds at most once. Needs the module {@code
 * tracker-recorder}.
 *
 * <pre>{@code
 * pay(payment).compose(recordAs(payments, payment.id())).subscribe();
 * }</pre>
 *
 * <p>Tasks and revokes follow these rules:
 * <ul>
 *   <li>Each subscription claims the key. The source is not touched until the claim is granted. It is then subscribed
 *       to in the thread in which the store answers; with a store in memory, that is the subscribing thread.
 *   <li>The last signal is passed on when the end is recorded, in the thread in which the store answers. A {@code
 *       Single} and a {@code Maybe} hold their value until then; a {@code Flowable} and an {@code Observable} pass
 *       elements on as they come. If the source fails, a failure to record is suppressed in its error.
 *   <li>Disposing of the subscription disposes of the source, and then records the task as FAILED with a {@link
 *       TaskCancelledException}. Before the claim is granted, it withdraws the claim.
 *   <li>When the token of the task is cancelled, for example because its lease is lost, the source is disposed of,
 *       the task is FAILED, and the downstream gets a {@code TaskCancelledException}.
 *   <li>A success that cannot be recorded because the lease was lost is a {@link LeaseLostException}. If the store
 *       fails instead, the downstream gets the outcome of the source, and the {@link RecordStoreException} goes to
 *       {@code RxJavaPlugins.onError}, as do all errors that no downstream can be told.
 *   <li>If anything throws on the way, the task is FAILED; it never stays RUNNING.
 *   <li>Demand is unchanged. The operators are not fused. A request that is not positive cancels the task, or
 *       withdraws the claim, with an {@code IllegalArgumentException} for a plain Reactive Streams subscriber; for a
 *       subscriber of RxJava the exception goes to {@code RxJavaPlugins.onError} and the request is ignored.
 * </ul>
 */
@SuppressWarnings("exports") // an application that calls this requires the module of the recorder itself
public final class RxRecording {

    private RxRecording() {}

    /**
     * Makes each subscription a task of this key.
     *
     * <p>A task begins only if the key is NOT_FOUND or FAILED. Otherwise the downstream gets a {@link
     * TaskAlreadyRecordedException} with the status, and the source is not touched.
     *
     * <p>A {@code retry} downstream of this operator makes each attempt a new task, which begins from FAILED and has
     * a greater fencing token; upstream of it, all attempts are one task. If {@code trackWith} is upstream of this
     * operator, a subscription that is refused or waits for the key is not counted; if it is downstream, it is
     * counted.
     *
     * @param <K> the type of the keys
     * @param <T> the type of the elements
     * @param recorder the recorder
     * @param key the key, not null
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <K, T> TrackTransformer<T> recordAs(TaskRecorder<K> recorder, K key) {
        return recordAs(recorder, key, RecordOptions.defaults());
    }

    /**
     * Makes each subscription a task of this key with these options, as {@link #recordAs(TaskRecorder, Object)} does.
     *
     * <p>A subscription that has joined a success completes empty, because results are not kept; a {@code Single}
     * fails with a {@link TaskAlreadyRecordedException} of status SUCCEEDED. A subscription that has joined a failure
     * fails with the recorded failure.
     *
     * @param <K> the type of the keys
     * @param <T> the type of the elements
     * @param recorder the recorder
     * @param key the key, not null
     * @param options whether to join a task that runs or has succeeded
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <K, T> TrackTransformer<T> recordAs(TaskRecorder<K> recorder, K key, RecordOptions options) {
        return new RecordOperator<>(recorder, key, options);
    }

    /**
     * Returns a task of this key whose source a function makes from the task's context: as {@link
     * #recordAs(TaskRecorder, Object)}, for a source that needs its fencing token.
     *
     * <pre>{@code
     * recordAs(payments, payment.id(), context -> pay(payment, context.fencingToken())).subscribe();
     * }</pre>
     *
     * @param <K> the type of the keys
     * @param <T> the type of the result
     * @param recorder the recorder
     * @param key the key, not null
     * @param task makes the source, for each subscription whose claim is granted
     * @return a {@code Single} each of whose subscriptions is a task
     */
    public static <K, T> Single<T> recordAs(
            TaskRecorder<K> recorder,
            K key,
            Function<? super RecordContext<K>, ? extends SingleSource<? extends T>> task) {
        Objects.requireNonNull(task, "task must not be null");
        RecordOperator<K, T> operator = new RecordOperator<>(recorder, key, RecordOptions.defaults());
        return operator.single(operator.defer(
                context -> Single.<T>wrap(castToSingle(task.apply(context))).toFlowable()));
    }

    @SuppressWarnings("unchecked") // a source of a subtype is only read from
    private static <T> SingleSource<T> castToSingle(SingleSource<? extends T> source) {
        return (SingleSource<T>) Objects.requireNonNull(source, "the task returned null, not a source");
    }

    /**
     * Returns a task of this key with any number of elements, whose source a function makes from the task's context.
     *
     * @param <K> the type of the keys
     * @param <T> the type of the elements
     * @param recorder the recorder
     * @param key the key, not null
     * @param options whether to join a task that runs or has succeeded
     * @param task makes the source, for each subscription whose claim is granted
     * @return a {@code Flowable} each of whose subscriptions is a task
     */
    public static <K, T> Flowable<T> recordManyAs(
            TaskRecorder<K> recorder,
            K key,
            RecordOptions options,
            Function<? super RecordContext<K>, ? extends Publisher<? extends T>> task) {
        Objects.requireNonNull(task, "task must not be null");
        return new RecordOperator<K, T>(recorder, key, options).defer(task);
    }

    /**
     * Revokes a success when subscribed to: undoes the task, and then forgets the success, so that a task of this key
     * can begin again.
     *
     * <p>If the key is not SUCCEEDED, it fails with a {@link TaskNotSucceededException}, and {@code undo} is not
     * touched. If {@code undo} fails or is cancelled, the key stays SUCCEEDED.
     *
     * @param <K> the type of the keys
     * @param recorder the recorder
     * @param key the key, not null
     * @param undo undoes the task
     * @return a {@code Completable} that completes when the success is revoked
     */
    public static <K> Completable revoke(TaskRecorder<K> recorder, K key, Completable undo) {
        Objects.requireNonNull(undo, "undo must not be null");
        return revoke(recorder, key, context -> undo);
    }

    /**
     * Revokes a success when subscribed to, as {@link #revoke(TaskRecorder, Object, Completable)} does, by a source
     * that a function makes from the revoke's context.
     *
     * @param <K> the type of the keys
     * @param recorder the recorder
     * @param key the key, not null
     * @param undo makes what undoes the task, for each subscription whose claim is granted
     * @return a {@code Completable} that completes when the success is revoked
     */
    public static <K> Completable revoke(
            TaskRecorder<K> recorder, K key, Function<? super RecordContext<K>, ? extends Completable> undo) {
        requireKey(recorder, key);
        Objects.requireNonNull(undo, "undo must not be null");
        return RecordAsSubscriber.<K, Object>flowable(
                        context -> Objects.requireNonNull(undo.apply(context), "undo returned null, not a Completable")
                                .toFlowable(),
                        ClaimRequest.revoke(recorder, key))
                .ignoreElements();
    }

    /**
     * Returns the status of a key, which is read for each subscription.
     *
     * @param <K> the type of the keys
     * @param recorder the recorder
     * @param key the key, not null
     * @return a {@code Single} of the status
     */
    public static <K> Single<TaskStatus> status(TaskRecorder<K> recorder, K key) {
        requireKey(recorder, key);
        return RxRecording.<TaskStatus>ask(() -> recorder.status(key)).toSingle();
    }

    /**
     * Returns the failure of the last task of a key, which is read for each subscription.
     *
     * @param <K> the type of the keys
     * @param recorder the recorder
     * @param key the key, not null
     * @return a {@code Maybe} of the failure; empty if the key is not FAILED
     */
    public static <K> Maybe<Throwable> failure(TaskRecorder<K> recorder, K key) {
        requireKey(recorder, key);
        return ask(() -> recorder.failure(key));
    }

    /**
     * Waits, from the subscription on, until no task or revoke of a key runs.
     *
     * <p>Disposing of the subscription unlinks the wait, and has no other effect.
     *
     * @param <K> the type of the keys
     * @param recorder the recorder
     * @param key the key, not null
     * @return a {@code Single} of the record, of status NOT_FOUND, SUCCEEDED or FAILED
     */
    public static <K> Single<TaskRecord> whenSettled(TaskRecorder<K> recorder, K key) {
        requireKey(recorder, key);
        return RxRecording.<TaskRecord>ask(() -> recorder.whenSettled(key)).toSingle();
    }

    /** Emits the value of a future, which is created for each subscription and cancelled with it. */
    private static <R> Maybe<R> ask(Supplier<? extends CompletableFuture<? extends @Nullable R>> request) {
        return Maybe.create(emitter -> {
            CompletableFuture<? extends @Nullable R> answer = request.get();
            emitter.setCancellable(() -> answer.cancel(false));
            var unused = answer.whenComplete((value, failure) -> {
                if (value != null) {
                    emitter.onSuccess(value);
                } else if (failure == null) {
                    emitter.onComplete();
                } else {
                    emitter.tryOnError(failure);
                }
            });
        });
    }

    private static <K> void requireKey(TaskRecorder<K> recorder, K key) {
        Objects.requireNonNull(recorder, "recorder must not be null");
        Objects.requireNonNull(key, "key must not be null");
    }
}
