// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Preconditions;
import io.reactivetracker.internal.Throwables;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Remembers by key what became of a task, and lets it succeed at most once.
 *
 * <pre>{@code
 * TaskRecorder<String> payments = TaskRecorder.create();
 *
 * payments.record(payment.id(), attempt -> pay(payment))
 *         .whenComplete((receipt, refused) -> answer(receipt, refused));
 * }</pre>
 *
 * <p>A key is NOT_FOUND until a task of it begins, RUNNING until that ends, and then SUCCEEDED or FAILED. A task begins only
 * from NOT_FOUND or FAILED, in one atomic step, so of any number that want to at the same time one does, and none does after
 * one has succeeded; the others are refused with a {@link TaskAlreadyRecordedException}, before any of their work, or
 * {@linkplain RecordOptions#orJoin() join} the one that runs. A success can be revoked: it is REVOKING until that ends, and
 * then NOT_FOUND, or SUCCEEDED as before if the revoke failed.
 *
 * <p>A task that was cancelled, that threw, or whose owner died is FAILED, and never RUNNING for ever: {@linkplain Attempt the
 * lease} of an owner that died runs out. What is asked is true at some instant between the question and its answer. What
 * a task did before it ended happens-before whatever is told of its end, and before the next task of its key.
 *
 * <p><strong>At most once is what is recorded, and not what was done:</strong> a task that fails may have done half of its
 * work, and one that lost its lease may be touching the world still while another one runs. {@link RecordContext#fencingToken()} is what
 * helps against that.
 *
 * <p><strong>Results are not kept</strong>, but what became of the task, and why it failed.
 *
 * <p>Keys are compared by {@code equals}. Their {@code hashCode} and {@code equals} must stay the same while there is a record
 * of them, as in any map: a key that changes is not found any more by who asks for it, and can succeed again under its new
 * value. A task that was begun with it still ends, and its record is listed under the key as it is then. A key that throws
 * where it is compared fails the call with a {@link RecordStoreException}; if it does so only where its record is dropped, the
 * record stays in memory, and what it threw goes to the uncaught-exception handler of the thread. Null is refused with
 * a {@code NullPointerException}, here and at once; so is, with an {@code IllegalArgumentException}, a key that the store cannot
 * keep. In memory a key may be of any size; it is kept as long as its record, and is cut short in messages.
 *
 * <p>All methods answer by a future, since the store may be elsewhere; a store in memory has answered when they return. A
 * future that fails because of the store does so with a {@link RecordStoreException}. Where the store answers later, bodies,
 * the actions of cancelled tokens and what depends on a future run on the {@linkplain TaskRecorderBuilder#executor recorder's
 * executor}, never in the store's threads: so they may block, and delay no answer and no renewal of a lease. Over a store in
 * memory they run in the thread of the call that sets them off.
 *
 * <p>Safe for use by several threads. Any number of recorders may share one store.
 *
 * @param <K> the type of the keys
 */
public final class TaskRecorder<K> {

    private final RecordStore<K> store;
    private final TaskTimer timer;

    /** How often those who wait look at the store; null if it tells them, and then it gives no leases either. */
    private final @Nullable Duration pollInterval;

    private final Executor executor;
    private final @Nullable UnaryOperator<String> redaction;

    /** One for each duration of a lease: the store's one and only, mostly. */
    private final Map<Duration, LeaseRenewal> renewals = new ConcurrentHashMap<>(1);

    /** One for each key that somebody waits for. */
    private final ConcurrentMap<K, KeyPoll<K>> polls = new ConcurrentHashMap<>(1);

    TaskRecorder(TaskRecorderBuilder<K> builder) {
        this.store = builder.store;
        this.timer = builder.timer;
        this.executor = builder.executor;
        this.redaction = builder.redaction;
        this.pollInterval = store.pollInterval();
        if (pollInterval != null) {
            Preconditions.requirePositive("the store's poll interval", pollInterval);
        }
    }

    /**
     * Creates a recorder in memory that keeps every record.
     *
     * @param <K> the type of the keys
     * @return a recorder of nothing yet
     */
    public static <K> TaskRecorder<K> create() {
        return create(RecordStore.inMemory());
    }

    /**
     * Creates a recorder over a store.
     *
     * @param <K> the type of the keys
     * @param store where the records are
     * @return a recorder of what is in the store
     */
    public static <K> TaskRecorder<K> create(RecordStore<K> store) {
        return builder(store).build();
    }

    /**
     * Creates a recorder over a store, with a clock of the caller's choice.
     *
     * @param <K> the type of the keys
     * @param store where the records are
     * @param timer by what leases are renewed, and waits looked after
     * @return a recorder of what is in the store
     */
    public static <K> TaskRecorder<K> create(RecordStore<K> store, TaskTimer timer) {
        return builder(store).timer(timer).build();
    }

    /**
     * Begins to build a recorder over a store.
     *
     * @param <K> the type of the keys
     * @param store where the records are
     * @return a builder with the default settings
     */
    public static <K> TaskRecorderBuilder<K> builder(RecordStore<K> store) {
        return new TaskRecorderBuilder<>(store);
    }

    /**
     * Runs a task, unless one of this key runs, or has succeeded, or is being revoked.
     *
     * @param <T> the type of the result
     * @param key the key
     * @param body starts the work; is not called if the task is refused
     * @return as {@link #record(Object, RecordOptions, Function)} has it
     */
    public <T extends @Nullable Object> CompletableFuture<T> record(
            K key, Function<? super RecordContext<K>, ? extends CompletionStage<T>> body) {
        return record(key, RecordOptions.defaults(), body);
    }

    /**
     * Runs a task, unless one of this key runs, or has succeeded, or is being revoked; and then as the options say.
     *
     * <p>The task is recorded as what becomes of the stage, and the future is completed after that. To cancel the future
     * cancels the task, as does to cancel the attempt's token: unless its stage has ended before, it is recorded as FAILED
     * with a {@link TaskCancelledException}, and what becomes of its stage later makes no difference. Work that is not
     * to go on then has to look at the token. To complete the future by other means, such as {@code orTimeout}, does not
     * cancel the task.
     *
     * <p>A store that fails to record the end is asked again, and the lease renewed meanwhile, for as long as it is held. If a
     * success is not recorded then, the future fails with a {@link SuccessNotRecordedException}. What the work failed with
     * reaches the future in any case: what the store said is suppressed in it.
     *
     * <p>The body runs in the caller's thread where the store answers at once, as one in memory does; else on the {@linkplain
     * TaskRecorderBuilder#executor recorder's executor}, and so does what depends on the future.
     *
     * @param <T> the type of the result
     * @param key the key
     * @param options whether to join the one that runs
     * @param body starts the work; is not called if the task is refused, or joins
     * @return the outcome of the work; null if it has joined one that succeeded. Fails with a {@link
     *     TaskAlreadyRecordedException} if it was refused; with the recorded failure if it has joined one that failed; with a
     *     {@code TaskCancelledException} as soon as it is cancelled, also by the loss of its lease; with a {@link
     *     LeaseLostException} if that was found out only when the work had succeeded; with a {@link
     *     SuccessNotRecordedException} if the work succeeded and the store did not confirm it; and with a {@link
     *     RecordStoreException} if the store failed before the work was begun
     */
    public <T extends @Nullable Object> CompletableFuture<T> record(
            K key, RecordOptions options, Function<? super RecordContext<K>, ? extends CompletionStage<T>> body) {
        Objects.requireNonNull(body, "body must not be null");
        return run(ClaimRequest.task(this, key, options), body);
    }

    /**
     * Revokes a success: does what undoes it, and then forgets it, so that a task of this key may begin again.
     *
     * <p>It is cancelled, and its outcome told, as that of a task. If it fails in any way the key is SUCCEEDED as before; the
     * failure is not recorded.
     *
     * @param <T> the type of the result
     * @param key the key
     * @param body starts what undoes the work; is not called if the revoke is refused
     * @return the outcome of the body. Fails with a {@link TaskNotSucceededException} if there is no success to revoke; else
     *     as a task does
     */
    public <T extends @Nullable Object> CompletableFuture<T> revoke(
            K key, Function<? super RecordContext<K>, ? extends CompletionStage<T>> body) {
        Objects.requireNonNull(body, "body must not be null");
        return run(ClaimRequest.revoke(this, key), body);
    }

    private static <K, T extends @Nullable Object> CompletableFuture<T> run(
            ClaimRequest<K> request, Function<? super RecordContext<K>, ? extends CompletionStage<T>> body) {
        request.checkKey();
        StageExecution<K, T> execution = new StageExecution<>(request, body);
        request.send(execution);
        return execution.outcome();
    }

    /**
     * What became of a task.
     *
     * @param key the key
     * @return the status
     */
    public CompletableFuture<TaskStatus> status(K key) {
        return find(key, TaskRecord::status);
    }

    /**
     * Why the last task of a key failed.
     *
     * @param key the key
     * @return the failure, or null if the key is not FAILED. From a store outside this process it may be a {@link
     *     RecordedFailureException} in its place; if the owner never told, it is a {@link LeaseLostException}; if the task was
     *     cancelled, a {@link TaskCancelledException}
     */
    public CompletableFuture<@Nullable Throwable> failure(K key) {
        return find(key, TaskRecord::failure);
    }

    private <R extends @Nullable Object> CompletableFuture<R> find(K key, Function<TaskRecord, R> wanted) {
        requireKey(key);
        return StoreStep.query(this, "looking at", key, () -> store.find(key), wanted);
    }

    /**
     * Waits until nothing of a key is under way.
     *
     * <p>In memory the wait is exact: it is told what became of the very task or revoke that was under way when it was made,
     * even if the next one began in the same instant. Over a store that has to be asked again and again, a state that does
     * not last may be missed, and the wait goes on to the next. All waits of this recorder for one key share a poll; a store
     * that fails to answer it is asked again after the interval, so such a wait ends by its outcome or a cancel only.
     *
     * <p>To cancel the future unlinks the wait and touches nothing else.
     *
     * @param key the key
     * @return its record, of status NOT_FOUND, SUCCEEDED or FAILED: at once if nothing is under way
     */
    public CompletableFuture<TaskRecord> whenSettled(K key) {
        requireKey(key);
        return new SettledFuture<>(this, key).start();
    }

    /**
     * The keys that are in a state.
     *
     * <p>It goes through all records of a store in memory.
     *
     * @param status any but NOT_FOUND
     * @return a list of the caller's own: all that were in the state for the whole time of the call, and none that was in it
     *     at no instant of the call
     * @throws IllegalArgumentException if the status is NOT_FOUND
     */
    public CompletableFuture<List<K>> keys(TaskStatus status) {
        Objects.requireNonNull(status, "status must not be null");
        if (status == TaskStatus.NOT_FOUND) {
            throw new IllegalArgumentException(
                    "status must not be NOT_FOUND, for that is every key that there is no record of: ask for RUNNING,"
                            + " SUCCEEDED, FAILED or REVOKING");
        }
        return StoreStep.query(this, "listing what is " + status, null, () -> store.keys(status), Function.identity());
    }

    /**
     * How many keys there are in each state.
     *
     * <p>It goes through all records of a store in memory.
     *
     * @return a number for each status but NOT_FOUND, zero included; each is as exact as {@link #keys} is
     */
    public CompletableFuture<Map<TaskStatus, Long>> counts() {
        return StoreStep.query(this, "counting", null, store::counts, Function.identity());
    }

    /**
     * Drops the record of a key that has succeeded or failed, without undoing anything. <strong>A success that is forgotten
     * can happen again.</strong>
     *
     * @param key the key
     * @return true if this call dropped a record; false if there was none, or if it is RUNNING or REVOKING and thereby stays
     */
    public CompletableFuture<Boolean> forget(K key) {
        requireKey(key);
        return StoreStep.query(this, "forgetting", key, () -> store.forget(key), Function.identity());
    }

    /**
     * Begins a task without running anything, for callers that end it themselves whatever happens. Others use {@link
     * #record}; an adapter to another library extends {@link RecordedExecution}.
     *
     * <p>Cancelling the future withdraws the request: a task that joins stops waiting, and a key that the store grants
     * after that is given back as failed with a {@link TaskCancelledException}. Failures from then on go to the
     * uncaught-exception handler of the thread.
     *
     * @param key the key
     * @param options whether to join a task that runs
     * @return the task, which holds the key from now on; or null if it has joined one that succeeded. Fails with a {@link
     *     TaskAlreadyRecordedException} if it was refused; with the recorded failure if it has joined one that failed; and
     *     with a {@link RecordStoreException} if the store failed
     */
    public CompletableFuture<@Nullable RecordedTask<K>> begin(K key, RecordOptions options) {
        return begin(ClaimRequest.task(this, key, options));
    }

    /**
     * Begins to revoke a success without running anything, for callers that end the revoke themselves whatever happens.
     * Others use {@link #revoke}.
     *
     * @param key the key
     * @return the revoke, which holds the key from now on. Fails with a {@link TaskNotSucceededException} if it was
     *     refused, and with a {@link RecordStoreException} if the store failed. Cancelling the future has the effect that
     *     it has in {@link #begin}
     */
    @SuppressWarnings("NullAway") // a revoke joins nothing, so there is always a task
    public CompletableFuture<RecordedTask<K>> beginRevoke(K key) {
        return begin(ClaimRequest.revoke(this, key));
    }

    private static <K> CompletableFuture<@Nullable RecordedTask<K>> begin(ClaimRequest<K> request) {
        request.checkKey();
        return request.send();
    }

    /** Bad keys are the caller's mistake, and not a failure of the store. */
    K requireKey(K key) {
        store.checkKey(Objects.requireNonNull(key, "key must not be null"));
        return key;
    }

    RecordStore<K> store() {
        return store;
    }

    TaskTimer timer() {
        return timer;
    }

    @Nullable
    Duration pollInterval() {
        return pollInterval;
    }

    /** The time from which a lease that is asked for now counts; nothing if the store gives none, for a look takes time. */
    long nanoTimeIfLeased() {
        return pollInterval == null ? 0 : timer.nanoTime();
    }

    /** What renews the leases of a duration that the store has given. */
    LeaseRenewal renewal(Duration lease) {
        if (pollInterval == null) {
            throw new IllegalStateException(
                    "the store gave a lease, but has no poll interval, by which it said that it would not: " + store);
        }
        Preconditions.requirePositive("the lease that the store gave", lease);
        return renewals.computeIfAbsent(lease, duration -> new LeaseRenewal(store, timer, duration));
    }

    /** Adds a wait to the poll of its key. */
    KeyPoll<K> poll(K key, SettledFuture<K> wait) {
        Duration interval = Objects.requireNonNull(pollInterval);
        while (true) {
            KeyPoll<K> poll = polls.computeIfAbsent(key, same -> new KeyPoll<>(this, same, interval));
            if (poll.add(wait)) {
                return poll;
            }
        }
    }

    /** Removes the poll of a key that nobody waits for any more. */
    void remove(K key, KeyPoll<K> poll) {
        try {
            polls.remove(key, poll);
        } catch (Throwable brokenKey) {
            Throwables.reportUncaught(brokenKey);
        }
    }

    Executor executor() {
        return executor;
    }

    /** Runs user code on the executor, or in this thread if the executor refuses it. */
    void execute(Runnable action) {
        try {
            executor.execute(action);
        } catch (Throwable refused) {
            action.run();
        }
    }

    /** What is recorded of a failure. */
    Throwable redacted(Throwable failure) {
        return redaction == null ? failure : RecordedFailure.redacted(failure, redaction);
    }

    /**
     * What it is over.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        return "TaskRecorder[" + store + "]";
    }
}
