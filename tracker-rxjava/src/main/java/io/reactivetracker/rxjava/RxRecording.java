// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.recorder.ClaimRequest;
import io.reactivetracker.recorder.RecordContext;
import io.reactivetracker.recorder.LeaseLostException;
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
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Records by key what becomes of pipelines of RxJava 3, so that a task succeeds at most once.
 *
 * <pre>{@code
 * pay(payment).compose(recordAs(payments, payment.id())).subscribe();
 * }</pre>
 *
 * <p>A task and a revoke have these rules in common:
 * <ul>
 *   <li>Each subscription asks the recorder for the key. Until that is granted, the source is not touched. It is then
 *       subscribed to in the thread in which the store answers, which with a store in memory is the subscribing one.
 *   <li>The last signal is passed on when the end is recorded, in the thread in which the store answers; a {@code Single} and
 *       a {@code Maybe} hold their value until then, a {@code Flowable} and an {@code Observable} pass their elements on as
 *       they come. If the source fails, what the store said on the way is suppressed in its error.
 *   <li>To dispose of the subscription disposes of the source, and then records the task as FAILED with a {@link
 *       TaskCancelledException}. Before the key is granted, it takes the wish for it back.
 *   <li>When the attempt's token is cancelled, be it by the loss of its lease, the source is disposed of, the task is FAILED,
 *       and the downstream gets a {@code TaskCancelledException}.
 *   <li>A success that cannot be recorded because the lease was lost is a {@link LeaseLostException}. If the store fails
 *       instead, the outcome of the source reaches the downstream all the same; the {@link RecordStoreException} goes to
 *       {@code RxJavaPlugins.onError}, as does whatever nobody can be told.
 *   <li>Whatever throws on the way ends the task as FAILED: it is never RUNNING for ever.
 *   <li>Demand stays as it is. It is not fused. What is not positive to request cancels the task, or takes the wish for the
 *       key back, and is an {@code IllegalArgumentException}, for a subscriber by the letter of Reactive Streams; for one of
 *       RxJava's own it goes to {@code RxJavaPlugins.onError}, and counts as nothing.
 * </ul>
 */
@SuppressWarnings("exports") // an application that calls this requires the module of the recorder itself
public final class RxRecording {

    private RxRecording() {}

    /**
     * Makes each subscription a task of this key.
     *
     * <p>It begins only if the key is NOT_FOUND or FAILED. Else the downstream gets a {@link TaskAlreadyRecordedException} that
     * tells the status, and the source is not touched.
     *
     * <p>A {@code retry} that stands after this operator makes each attempt a task of its own, which begins from FAILED and
     * has a greater fencing number; one before makes all of them one task. It may stand on either side of {@code
     * trackWith}: after it, what is refused or waits for the key is not counted; before it, all is.
     *
     * @param <K> the type of the keys
     * @param <T> the type of the elements
     * @param recorder what records it
     * @param key of what; not null
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <K, T> TrackTransformer<T> recordAs(TaskRecorder<K> recorder, K key) {
        return recordAs(recorder, key, RecordOptions.defaults());
    }

    /**
     * Makes each subscription a task of this key, as {@link #recordAs(TaskRecorder, Object)} does and as the options say.
     *
     * <p>One that has joined a success completes empty, since results are not kept; a {@code Single}, which cannot, gets a {@link
     * TaskAlreadyRecordedException} that says SUCCEEDED. One that has joined a failure gets the recorded one as its error.
     *
     * @param <K> the type of the keys
     * @param <T> the type of the elements
     * @param recorder what records it
     * @param key of what; not null
     * @param options whether to join the task that runs, or has succeeded
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <K, T> TrackTransformer<T> recordAs(TaskRecorder<K> recorder, K key, RecordOptions options) {
        return new RecordOperator<>(recorder, key, options);
    }

    /**
     * A task of this key that is made of what it can know of itself: the same as {@link #recordAs(TaskRecorder, Object)}, for
     * a source that needs its fencing number.
     *
     * <pre>{@code
     * recordAs(payments, payment.id(), attempt -> pay(payment, attempt.fencingToken())).subscribe();
     * }</pre>
     *
     * @param <K> the type of the keys
     * @param <T> the type of the result
     * @param recorder what records it
     * @param key of what; not null
     * @param task makes the source, for each subscription that is granted the key
     * @return a {@code Single} each of whose subscriptions is a task
     */
    public static <K, T> Single<T> recordAs(
            TaskRecorder<K> recorder, K key, Function<? super RecordContext<K>, ? extends SingleSource<? extends T>> task) {
        Objects.requireNonNull(task, "task must not be null");
        RecordOperator<K, T> recorded = new RecordOperator<>(recorder, key, RecordOptions.defaults());
        return recorded.single(recorded.defer(
                attempt -> Single.<T>wrap(castToSingle(task.apply(attempt))).toFlowable()));
    }

    @SuppressWarnings("unchecked") // a source of a subtype is only read from
    private static <T> SingleSource<T> castToSingle(SingleSource<? extends T> source) {
        return (SingleSource<T>) Objects.requireNonNull(source, "the task returned null, not a source");
    }

    /**
     * A task of this key, with any number of elements, that is made of what it can know of itself; as a {@code Flowable}, which
     * the other types are made of.
     *
     * @param <K> the type of the keys
     * @param <T> the type of the elements
     * @param recorder what records it
     * @param key of what; not null
     * @param options whether to join the task that runs, or has succeeded
     * @param task makes the source, for each subscription that is granted the key
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
     * Revokes a success when subscribed to: runs what undoes it, and then forgets it, so that a task of this key may begin
     * again.
     *
     * <p>If the key is not SUCCEEDED it fails with a {@link TaskNotSucceededException}, and what would undo it is not touched.
     * If that fails in any way, a cancel included, the key is SUCCEEDED as before.
     *
     * @param <K> the type of the keys
     * @param recorder what records it
     * @param key of what; not null
     * @param undo what undoes the task
     * @return a {@code Completable} that completes when the success is revoked
     */
    public static <K> Completable revoke(TaskRecorder<K> recorder, K key, Completable undo) {
        Objects.requireNonNull(undo, "undo must not be null");
        return revoke(recorder, key, attempt -> undo);
    }

    /**
     * Revokes a success when subscribed to, by what is made of what the revoke can know of itself; as {@link
     * #revoke(TaskRecorder, Object, Completable)}, for what needs a fencing number.
     *
     * @param <K> the type of the keys
     * @param recorder what records it
     * @param key of what; not null
     * @param undo makes what undoes the task, for each subscription that is granted the key
     * @return a {@code Completable} that completes when the success is revoked
     */
    public static <K> Completable revoke(
            TaskRecorder<K> recorder, K key, Function<? super RecordContext<K>, ? extends Completable> undo) {
        requireKey(recorder, key);
        Objects.requireNonNull(undo, "undo must not be null");
        return RxJavaPlugins.onAssembly(new FlowableRecordAs<K, Object>(
                        attempt -> Objects.requireNonNull(undo.apply(attempt), "undo returned null, not a Completable")
                                .toFlowable(),
                        ClaimRequest.revoke(recorder, key)))
                .ignoreElements();
    }

    /**
     * What is known of a key, when subscribed to.
     *
     * @param <K> the type of the keys
     * @param recorder what has recorded it
     * @param key of what; not null
     * @return a {@code Single} of the status
     */
    public static <K> Single<TaskStatus> status(TaskRecorder<K> recorder, K key) {
        requireKey(recorder, key);
        return RxRecording.<TaskStatus>ask(() -> recorder.status(key)).toSingle();
    }

    /**
     * Why the last task of a key failed, when subscribed to.
     *
     * @param <K> the type of the keys
     * @param recorder what has recorded it
     * @param key of what; not null
     * @return a {@code Maybe} of the failure; empty if the key is not FAILED
     */
    public static <K> Maybe<Throwable> failure(TaskRecorder<K> recorder, K key) {
        requireKey(recorder, key);
        return ask(() -> recorder.failure(key));
    }

    /**
     * Waits until nothing of a key is under way, from the subscription on.
     *
     * <p>To dispose of the subscription unlinks the wait, and touches nothing else.
     *
     * @param <K> the type of the keys
     * @param recorder what records it
     * @param key of what; not null
     * @return a {@code Single} of the record, of status NOT_FOUND, SUCCEEDED or FAILED
     */
    public static <K> Single<TaskRecord> whenSettled(TaskRecorder<K> recorder, K key) {
        requireKey(recorder, key);
        return RxRecording.<TaskRecord>ask(() -> recorder.whenSettled(key)).toSingle();
    }

    /** The answer of a future that is made for each subscription, and cancelled with it. */
    private static <R> Maybe<R> ask(Supplier<? extends CompletableFuture<? extends @Nullable R>> question) {
        return Maybe.create(emitter -> {
            CompletableFuture<? extends @Nullable R> answer = question.get();
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
