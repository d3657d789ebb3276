// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

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
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Records by key what becomes of pipelines of Project Reactor, so that a task succeeds at most once.
 *
 * <pre>{@code
 * pay(payment).transform(recordAs(payments, payment.id())).subscribe();
 * }</pre>
 *
 * <p>A task and a revoke have these rules in common:
 * <ul>
 *   <li>Each subscription asks the recorder for the key. Until that is granted, the source is not touched. It is then
 *       subscribed to in the thread in which the store answers, which with a store in memory is the subscribing one.
 *   <li>The {@link RecordContext} is in the {@code Context} of the source, as {@code RecordContext.class}: the fencing number for what is
 *       touched outside, and the token by which the source can see that it is to stop.
 *   <li>The last signal is passed on when the end is recorded, in the thread in which the store answers; a {@code Mono}
 *       holds its value until then, a {@code Flux} passes its elements on as they come. If the source fails, what the store
 *       said on the way is suppressed in its error.
 *   <li>To cancel the subscription cancels the source, and then records the task as FAILED with a {@link
 *       TaskCancelledException}. Before the key is granted, it takes the wish for it back.
 *   <li>When the attempt's token is cancelled, be it by the loss of its lease, the source is cancelled, the task is FAILED,
 *       and the downstream gets a {@code TaskCancelledException}.
 *   <li>A success that cannot be recorded because the lease was lost is a {@link LeaseLostException}. If the store fails
 *       instead, the outcome of the source reaches the downstream all the same; the {@link RecordStoreException} goes to
 *       Reactor's {@code onErrorDropped}, as does whatever nobody can be told.
 *   <li>Whatever throws on the way ends the task as FAILED: it is never RUNNING for ever.
 *   <li>Demand and {@code Context} stay as they are. It is not fused. What is not positive to
 *       request cancels the task, or takes the wish for the key back, and is an {@code IllegalArgumentException}, for a
 *       subscriber by the letter of Reactive Streams; one of Reactor's own may do so, and until there is a source it counts as
 *       nothing.
 * </ul>
 */
@SuppressWarnings("exports") // an application that calls this requires the module of the recorder itself
public final class ReactorRecording {

    private ReactorRecording() {}

    /**
     * Makes each subscription a task of this key, for {@link Flux#transform} and {@link Mono#transform}.
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
     * @return an operator for any number of pipelines; gives a {@code Mono} for a {@code Mono}, else a {@code Flux}
     */
    public static <K, T> UnaryOperator<Publisher<T>> recordAs(TaskRecorder<K> recorder, K key) {
        return recordAs(recorder, key, RecordOptions.defaults());
    }

    /**
     * Makes each subscription a task of this key, as {@link #recordAs(TaskRecorder, Object)} does and as the options say.
     *
     * <p>One that has joined a success completes empty, since results are not kept; one that has joined a failure gets the
     * recorded one as its error.
     *
     * @param <K> the type of the keys
     * @param <T> the type of the elements
     * @param recorder what records it
     * @param key of what; not null
     * @param options whether to join the task that runs, or has succeeded
     * @return an operator for any number of pipelines; gives a {@code Mono} for a {@code Mono}, else a {@code Flux}
     */
    public static <K, T> UnaryOperator<Publisher<T>> recordAs(TaskRecorder<K> recorder, K key, RecordOptions options) {
        ClaimRequest<K> request = ClaimRequest.task(recorder, key, options);
        return publisher -> {
            Objects.requireNonNull(
                    publisher,
                    "publisher must not be null: what made the pipeline returned null instead of a publisher");
            return publisher instanceof Mono<T> mono
                    ? new MonoRecordAs<K, T>(mono, request)
                    : new FluxRecordAs<K, T>(Flux.from(publisher), request);
        };
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
     * @return a {@code Mono} each of whose subscriptions is a task
     */
    public static <K, T> Mono<T> recordAs(
            TaskRecorder<K> recorder, K key, Function<? super RecordContext<K>, ? extends Mono<? extends T>> task) {
        return recordAs(recorder, key, RecordOptions.defaults(), task);
    }

    /**
     * A task of this key that is made of what it can know of itself, as the options say.
     *
     * @param <K> the type of the keys
     * @param <T> the type of the result
     * @param recorder what records it
     * @param key of what; not null
     * @param options whether to join the task that runs, or has succeeded
     * @param task makes the source, for each subscription that is granted the key
     * @return a {@code Mono} each of whose subscriptions is a task
     */
    public static <K, T> Mono<T> recordAs(
            TaskRecorder<K> recorder,
            K key,
            RecordOptions options,
            Function<? super RecordContext<K>, ? extends Mono<? extends T>> task) {
        Objects.requireNonNull(task, "task must not be null");
        return Mono.<T>deferContextual(context -> task.apply(attempt(context)))
                .transform(recordAs(recorder, key, options));
    }

    /**
     * A task of this key with any number of elements that is made of what it can know of itself.
     *
     * @param <K> the type of the keys
     * @param <T> the type of the elements
     * @param recorder what records it
     * @param key of what; not null
     * @param options whether to join the task that runs, or has succeeded
     * @param task makes the source, for each subscription that is granted the key
     * @return a {@code Flux} each of whose subscriptions is a task
     */
    public static <K, T> Flux<T> recordManyAs(
            TaskRecorder<K> recorder,
            K key,
            RecordOptions options,
            Function<? super RecordContext<K>, ? extends Publisher<T>> task) {
        Objects.requireNonNull(task, "task must not be null");
        return Flux.<T>deferContextual(context -> task.apply(attempt(context)))
                .transform(recordAs(recorder, key, options));
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
     * @param undo what undoes the task; its elements are dropped
     * @return a {@code Mono} that completes when the success is revoked
     */
    public static <K> Mono<Void> revoke(TaskRecorder<K> recorder, K key, Publisher<?> undo) {
        ClaimRequest<K> request = ClaimRequest.revoke(recorder, key);
        Objects.requireNonNull(undo, "undo must not be null");
        return Flux.<Object>from(undo)
                .transform(source -> new FluxRecordAs<K, Object>(Flux.from(source), request))
                .then();
    }

    /**
     * What is known of a key, when subscribed to.
     *
     * @param <K> the type of the keys
     * @param recorder what has recorded it
     * @param key of what; not null
     * @return a {@code Mono} of the status
     */
    public static <K> Mono<TaskStatus> status(TaskRecorder<K> recorder, K key) {
        requireKey(recorder, key);
        return Mono.fromFuture(() -> recorder.status(key));
    }

    /**
     * Why the last task of a key failed, when subscribed to.
     *
     * @param <K> the type of the keys
     * @param recorder what has recorded it
     * @param key of what; not null
     * @return a {@code Mono} of the failure; empty if the key is not FAILED
     */
    @SuppressWarnings("NullAway") // a future of null is an empty Mono
    public static <K> Mono<Throwable> failure(TaskRecorder<K> recorder, K key) {
        requireKey(recorder, key);
        return Mono.fromFuture(() -> recorder.failure(key));
    }

    /**
     * Waits until nothing of a key is under way, from the subscription on.
     *
     * <p>To cancel the subscription unlinks the wait, and touches nothing else.
     *
     * @param <K> the type of the keys
     * @param recorder what records it
     * @param key of what; not null
     * @return a {@code Mono} of the record, of status NOT_FOUND, SUCCEEDED or FAILED
     */
    public static <K> Mono<TaskRecord> whenSettled(TaskRecorder<K> recorder, K key) {
        requireKey(recorder, key);
        return Mono.fromFuture(() -> recorder.whenSettled(key));
    }

    @SuppressWarnings("unchecked") // the operator that put it there has keys of this type
    private static <K> RecordContext<K> attempt(ContextView context) {
        return (RecordContext<K>) context.get(RecordContext.class);
    }

    private static <K> void requireKey(TaskRecorder<K> recorder, K key) {
        Objects.requireNonNull(recorder, "recorder must not be null");
        Objects.requireNonNull(key, "key must not be null");
    }
}
