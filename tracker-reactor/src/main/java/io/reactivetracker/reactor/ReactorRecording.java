// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

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
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.reactivestreams.Publisher;
import reactor.core.Scannable.Attr.RunStyle;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Records the outcome of pipelines of Project Reactor by key, so that a task succeeds at most once.
 *
 * <pre>{@code
 * pay(payment).transform(recordAs(payments, payment.id())).subscribe();
 * }</pre>
 *
 * <p>This class needs the module {@code tracker-recorder}; {@link ReactorTracking} does not.
 *
 * <p>A task and a revoke follow the same rules:
 * <ul>
 *   <li>Each subscription requests the key from the recorder. The source is not touched until the key is granted. It is
 *       then subscribed to in the thread in which the store answers; with a store in memory that is the subscribing
 *       thread.
 *   <li>The {@link RecordContext} is in the {@code Context} of the source, under {@code RecordContext.class}: the
 *       fencing token for what the source changes elsewhere, and the cancellation token that tells the source to stop.
 *   <li>The last signal is passed on when the end is recorded, in the thread in which the store answers. A {@code Mono}
 *       holds its value until then; a {@code Flux} passes its elements on as they come. If the source fails, the errors
 *       of the store are suppressed in the source's error.
 *   <li>Cancelling the subscription cancels the source, and then records the task as FAILED with a {@link
 *       TaskCancelledException}. Before the key is granted, it withdraws the request for the key.
 *   <li>When the cancellation token is cancelled, for example because the lease is lost, the source is cancelled, the
 *       task is FAILED, and the downstream gets a {@code TaskCancelledException}.
 *   <li>If a success can't be recorded because the lease was lost, the downstream gets a {@link LeaseLostException}. If
 *       the store fails, the downstream still gets the outcome of the source; the {@link RecordStoreException} goes to
 *       Reactor's {@code onErrorDropped}, as does every error that nobody can receive.
 *   <li>If something throws on the way, the task is FAILED. It does not stay RUNNING.
 *   <li>Demand and {@code Context} stay as they are. It is not fused. A request that is not positive cancels the task,
 *       or withdraws the request for the key, and is an {@code IllegalArgumentException} for a subscriber that follows
 *       Reactive Streams strictly. One of Reactor's own subscribers may make such a request: it is ignored until there
 *       is a source.
 * </ul>
 */
@SuppressWarnings("exports") // an application that calls this requires the module of the recorder itself
public final class ReactorRecording {

    private ReactorRecording() {}

    /**
     * Makes each subscription a task of this key.
     *
     * <p>The task begins only if the key is NOT_FOUND or FAILED. Otherwise the downstream gets a {@link
     * TaskAlreadyRecordedException} with the status, and the source is not touched.
     *
     * <p>With a {@code retry} downstream of this operator each attempt is a task, which begins from FAILED and has a
     * greater fencing token; with one upstream all attempts are one task. A {@code trackWith}
     * downstream of this operator also counts subscriptions that are refused or wait for the key; one upstream does
     * not.
     *
     * @param <K> the type of the keys
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param recorder records the task
     * @param key the key of the task; not null
     * @return an operator for any number of pipelines
     */
    public static <K, P extends Publisher<?>> UnaryOperator<P> recordAs(TaskRecorder<K> recorder, K key) {
        return recordAs(recorder, key, RecordOptions.defaults());
    }

    /**
     * Makes each subscription a task of this key, as {@link #recordAs(TaskRecorder, Object)} does, with options.
     *
     * <p>A subscription that joins a task completes empty when that succeeds, since results are not kept, and gets the
     * recorded failure when it fails.
     *
     * @param <K> the type of the keys
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param recorder records the task
     * @param key the key of the task; not null
     * @param options whether to join a task that runs or has succeeded
     * @return an operator for any number of pipelines
     */
    public static <K, P extends Publisher<?>> UnaryOperator<P> recordAs(
            TaskRecorder<K> recorder, K key, RecordOptions options) {
        ClaimRequest<K> request = ClaimRequest.task(recorder, key, options);
        return PipelineStep.operator(publisher -> record(publisher, request));
    }

    /**
     * Returns a task of this key that is built from its {@link RecordContext}: the same as {@link
     * #recordAs(TaskRecorder, Object)}, for a source that needs its fencing token.
     *
     * <pre>{@code
     * recordAs(payments, payment.id(), context -> pay(payment, context.fencingToken())).subscribe();
     * }</pre>
     *
     * @param <K> the type of the keys
     * @param <T> the type of the result
     * @param recorder records the task
     * @param key the key of the task; not null
     * @param task builds the source, for each subscription that is granted the key
     * @return a {@code Mono} each of whose subscriptions is a task
     */
    public static <K, T> Mono<T> recordAs(
            TaskRecorder<K> recorder, K key, Function<? super RecordContext<K>, ? extends Mono<? extends T>> task) {
        return recordAs(recorder, key, RecordOptions.defaults(), task);
    }

    /**
     * Returns a task of this key that is built from its {@link RecordContext}, with options.
     *
     * @param <K> the type of the keys
     * @param <T> the type of the result
     * @param recorder records the task
     * @param key the key of the task; not null
     * @param options whether to join a task that runs or has succeeded
     * @param task builds the source, for each subscription that is granted the key
     * @return a {@code Mono} each of whose subscriptions is a task
     */
    public static <K, T> Mono<T> recordAs(
            TaskRecorder<K> recorder,
            K key,
            RecordOptions options,
            Function<? super RecordContext<K>, ? extends Mono<? extends T>> task) {
        Objects.requireNonNull(task, "task must not be null");
        return Mono.<T>deferContextual(context -> task.apply(recordContext(context)))
                .transform(recordAs(recorder, key, options));
    }

    /**
     * Returns a task of this key, with any number of elements, that is built from its {@link RecordContext}.
     *
     * @param <K> the type of the keys
     * @param <T> the type of the elements
     * @param recorder records the task
     * @param key the key of the task; not null
     * @param options whether to join a task that runs or has succeeded
     * @param task builds the source, for each subscription that is granted the key
     * @return a {@code Flux} each of whose subscriptions is a task
     */
    public static <K, T> Flux<T> recordManyAs(
            TaskRecorder<K> recorder,
            K key,
            RecordOptions options,
            Function<? super RecordContext<K>, ? extends Publisher<T>> task) {
        Objects.requireNonNull(task, "task must not be null");
        return Flux.<T>deferContextual(context -> task.apply(recordContext(context)))
                .transform(recordAs(recorder, key, options));
    }

    /**
     * Revokes a success when subscribed to: runs a pipeline that undoes the task, and then removes the record, so that
     * a task of this key may begin again.
     *
     * <p>If the key is not SUCCEEDED, the {@code Mono} fails with a {@link TaskNotSucceededException}, and the pipeline
     * is not touched. If the pipeline fails or is cancelled, the key is SUCCEEDED as before.
     *
     * @param <K> the type of the keys
     * @param recorder has recorded the task
     * @param key the key of the task; not null
     * @param undo undoes the task; its elements are dropped
     * @return a {@code Mono} that completes when the success is revoked
     */
    public static <K> Mono<Void> revoke(TaskRecorder<K> recorder, K key, Publisher<?> undo) {
        ClaimRequest<K> request = ClaimRequest.revoke(recorder, key);
        Objects.requireNonNull(undo, "undo must not be null");
        return Flux.<Object>from(undo)
                .transform(source -> record(source, request))
                .then();
    }

    /**
     * Returns the status of a key when subscribed to.
     *
     * @param <K> the type of the keys
     * @param recorder has recorded the task
     * @param key the key of the task; not null
     * @return a {@code Mono} of the status
     */
    public static <K> Mono<TaskStatus> status(TaskRecorder<K> recorder, K key) {
        requireKey(recorder, key);
        return Mono.fromFuture(() -> recorder.status(key));
    }

    /**
     * Returns why the last task of a key failed, when subscribed to.
     *
     * @param <K> the type of the keys
     * @param recorder has recorded the task
     * @param key the key of the task; not null
     * @return a {@code Mono} of the failure; empty if the key is not FAILED
     */
    @SuppressWarnings("NullAway") // a future of null is an empty Mono
    public static <K> Mono<Throwable> failure(TaskRecorder<K> recorder, K key) {
        requireKey(recorder, key);
        return Mono.fromFuture(() -> recorder.failure(key));
    }

    /**
     * Waits, from the subscription on, until no task or revoke of a key is running.
     *
     * <p>Cancelling the subscription removes the wait, and changes nothing else.
     *
     * @param <K> the type of the keys
     * @param recorder records the task
     * @param key the key of the task; not null
     * @return a {@code Mono} of the record, whose status is NOT_FOUND, SUCCEEDED or FAILED
     */
    public static <K> Mono<TaskRecord> whenSettled(TaskRecorder<K> recorder, K key) {
        requireKey(recorder, key);
        return Mono.fromFuture(() -> recorder.whenSettled(key));
    }

    /**
     * Returns a step each of whose subscriptions is a task or a revoke. A {@code Mono} is recorded as a {@code Flux};
     * then Reactor's {@code singleOrEmpty} holds the value until the completion, which comes when the success is
     * recorded.
     */
    private static <K, T> Publisher<T> record(Publisher<T> source, ClaimRequest<K> request) {
        if (source instanceof Mono<T> mono) {
            Mono<T> held = ((Flux<T>) record(Flux.from(mono), request)).singleOrEmpty();
            return step(mono, (unused, actual) -> held.subscribe(actual));
        }
        return step(source, (upstream, actual) -> RecordAsSubscriber.subscribe(upstream, actual, request));
    }

    private static <T> Publisher<T> step(Publisher<T> source, PipelineStep.SubscribeFunction<T> function) {
        return PipelineStep.of(source, "recordAs", RunStyle.ASYNC, function);
    }

    @SuppressWarnings("unchecked") // the operator that put it there has keys of this type
    private static <K> RecordContext<K> recordContext(ContextView context) {
        return (RecordContext<K>) context.get(RecordContext.class);
    }

    private static <K> void requireKey(TaskRecorder<K> recorder, K key) {
        Objects.requireNonNull(recorder, "recorder must not be null");
        Objects.requireNonNull(key, "key must not be null");
    }
}
