// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTimer;
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
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Records the status of tasks by key, and lets each succeed at most once.
 *
 * <pre>{@code
 * TaskRecorder<String> payments = TaskRecorder.create();
 *
 * payments.record(payment.id(), context -> pay(payment)) // begins if none has begun or the last failed
 *         .whenComplete((receipt, refused) -> answer(receipt, refused));
 * }</pre>
 *
 * <p>A key is NOT_FOUND until a task with it begins, RUNNING until that ends, and then SUCCEEDED or FAILED. A task
 * begins only from NOT_FOUND or FAILED, in one atomic step. So one of several concurrent tasks begins, and none begins
 * after one has succeeded. The others are refused with a {@link TaskAlreadyRecordedException} before any of their work,
 * or {@linkplain RecordOptions#orJoin() join} the one that runs. A success can be revoked: the key is REVOKING until
 * the revoke ends, and then NOT_FOUND, or SUCCEEDED as before if the revoke failed.
 *
 * <p>A task that was cancelled, that threw, or whose owner died is FAILED; it does not stay RUNNING, since the lease of
 * a dead owner runs out. The result of a query is true at some instant between the call and its completion. The actions
 * of a task before its end happen-before everything that reports this end, and before the next task with the same key.
 *
 * <p><strong>At most once applies to the record, not to the work.</strong> A task that fails may have done half of its
 * work, and one that has lost its lease may still be working while another runs. A {@linkplain
 * RecordContext#fencingToken() fencing token} protects against that.
 *
 * <p><strong>Results are not kept</strong>, only whether the task succeeded and why it failed.
 *
 * <p>Keys are compared by {@code equals}. Their {@code hashCode} and {@code equals} must not change while there is a
 * record of them. A key that changes is not found any more, and can succeed again under its new value; a task that has
 * begun with it still ends, and its record is listed under the changed key. A key that throws when it is compared fails
 * the call with a {@link RecordStoreException}; if it throws when its record is dropped, the record stays in memory,
 * and the failure goes to the thread's uncaught-exception handler. Null is refused with a {@code NullPointerException},
 * and a key that the store cannot keep with an {@code IllegalArgumentException}; both are thrown by the call. In memory
 * a key may be of any size; it is kept as long as its record, and cut in messages.
 *
 * <p>All methods return a future, since the store may be remote. With a store in memory it is completed when they
 * return. A failure of the store is a {@link RecordStoreException}. Where the store answers later, bodies, the actions
 * of cancelled tokens and the dependents of futures run on the {@linkplain TaskRecorderBuilder#executor recorder's
 * executor}, never in the store's threads. So they may block without delaying an answer or the renewal of a lease. With
 * a store in memory they run in the calling thread.
 *
 * <p>Safe for use by several threads. Several recorders may share one store.
 *
 * @param <K> the type of the keys
 */
public final class TaskRecorder<K> {

    private final RecordStore<K> store;
    private final TaskTimer timer;

    /** Null if the store reports every settled key, and then it gives no leases either. */
    private final @Nullable Duration pollInterval;

    private final Executor executor;
    private final @Nullable UnaryOperator<String> redaction;

    private final RecorderTally tally = new RecorderTally();

    /** By duration of the lease; a store usually has one. */
    private final Map<Duration, LeaseRenewal> renewals = new ConcurrentHashMap<>(1);

    /** By key that somebody waits for. */
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
     * Creates a recorder over a new store in memory that keeps every record.
     *
     * @param <K> the type of the keys
     * @return a recorder without records
     */
    public static <K> TaskRecorder<K> create() {
        return create(RecordStore.inMemory());
    }

    /**
     * Creates a recorder over a store.
     *
     * @param <K> the type of the keys
     * @param store the store of the records
     * @return a recorder of the records in the store
     */
    public static <K> TaskRecorder<K> create(RecordStore<K> store) {
        return builder(store).build();
    }

    /**
     * Creates a recorder over a store, with a timer.
     *
     * @param <K> the type of the keys
     * @param store the store of the records
     * @param timer the timer for renewals of leases and for polls
     * @return a recorder of the records in the store
     */
    public static <K> TaskRecorder<K> create(RecordStore<K> store, TaskTimer timer) {
        return builder(store).timer(timer).build();
    }

    /**
     * Returns a builder of a recorder over a store.
     *
     * @param <K> the type of the keys
     * @param store the store of the records
     * @return a builder with the default settings
     */
    public static <K> TaskRecorderBuilder<K> builder(RecordStore<K> store) {
        return new TaskRecorderBuilder<>(store);
    }

    /**
     * Runs a task, unless one with this key runs, has succeeded, or is being revoked.
     *
     * @param <T> the type of the result
     * @param key the key
     * @param body starts the work; not called if the task is refused
     * @return the outcome of the work, as described in {@link #record(Object, RecordOptions, Function)}
     */
    public <T extends @Nullable Object> CompletableFuture<T> record(
            K key, Function<? super RecordContext<K>, ? extends CompletionStage<T>> body) {
        return record(key, RecordOptions.defaults(), body);
    }

    /**
     * Runs a task, unless one with this key runs, has succeeded, or is being revoked; then the options decide.
     *
     * <p>The outcome of the stage is recorded, and the future completes after that. Cancelling the future, or the
     * task's token, cancels the task: unless its stage has ended before, it is recorded as FAILED with a {@link
     * TaskCancelledException}, and the later outcome of its stage has no effect. The body has to observe the token if
     * its work shall stop then. Completing the future by other means, such as {@code orTimeout}, does not cancel the
     * task.
     *
     * <p>If the store fails to record the end, it is asked again, and the lease is renewed meanwhile, for as long as it
     * is held. If a success is not recorded by then, the future fails with a {@link SuccessNotRecordedException}. A
     * failure of the work reaches the future in any case, with the failure of the store suppressed in it.
     *
     * <p>The body runs in the caller's thread if the store answers at once, as one in memory does. Otherwise it runs on
     * the {@linkplain TaskRecorderBuilder#executor recorder's executor}, as do dependents of the future.
     *
     * @param <T> the type of the result
     * @param key the key
     * @param options whether to join a task that runs
     * @param body starts the work; not called if the task is refused, or joins
     * @return the outcome of the work; null if the task has joined one that succeeded. Fails with a {@link
     *     TaskAlreadyRecordedException} if the task was refused; with the recorded failure if it has joined one that
     *     failed; with a {@code TaskCancelledException} as soon as it is cancelled, also by the loss of its lease; with
     *     a {@link LeaseLostException} if the loss was noticed only after the work had succeeded; with a {@link
     *     SuccessNotRecordedException} if the work succeeded and the store did not confirm it; and with a {@link
     *     RecordStoreException} if the store failed before the work began
     */
    public <T extends @Nullable Object> CompletableFuture<T> record(
            K key, RecordOptions options, Function<? super RecordContext<K>, ? extends CompletionStage<T>> body) {
        Objects.requireNonNull(body, "body must not be null");
        return run(ClaimRequest.task(this, key, options), body);
    }

    /**
     * Revokes a success: runs work that undoes it, and then forgets it, so that a task with this key may begin again.
     *
     * <p>A revoke is cancelled, and its outcome reported, like a task. If it fails in any way, the key is SUCCEEDED as
     * before; the failure is not recorded.
     *
     * @param <T> the type of the result
     * @param key the key
     * @param body starts the work that undoes the task; not called if the revoke is refused
     * @return the outcome of the body. Fails with a {@link TaskNotSucceededException} if there is no success to revoke;
     *     otherwise as a task does
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
     * Returns the status of a key.
     *
     * @param key the key
     * @return the status
     */
    public CompletableFuture<TaskStatus> status(K key) {
        return find(key, TaskRecord::status);
    }

    /**
     * Returns why the last task of a key failed.
     *
     * @param key the key
     * @return the failure, or null if the key is not FAILED. It is a {@link RecordedFailureException} that stands for
     *     the original failure; a {@link LeaseLostException} if the lease ran out; or a {@link TaskCancelledException}
     *     if the task was cancelled
     */
    public CompletableFuture<@Nullable Throwable> failure(K key) {
        return find(key, TaskRecord::failure);
    }

    private <R extends @Nullable Object> CompletableFuture<R> find(K key, Function<TaskRecord, R> mapper) {
        requireKey(key);
        return StoreStep.query(this, "looking at", key, () -> store.find(key), mapper);
    }

    /**
     * Waits until no task or revoke of a key is under way.
     *
     * <p>With a store in memory the wait is exact: it reports the outcome of the task or revoke that was under way at
     * the call, even if the next one begins in the same instant. With a store that is polled, a short state may be
     * missed, and the wait continues to the next. All waits of this recorder for one key share a poll. If the store
     * fails to answer it, it is asked again after the interval, so such a wait ends by its outcome or a cancel only.
     *
     * <p>Cancelling the future removes the wait and has no other effect.
     *
     * @param key the key
     * @return its record with status NOT_FOUND, SUCCEEDED or FAILED; completed at once if nothing is under way
     */
    public CompletableFuture<TaskRecord> whenSettled(K key) {
        requireKey(key);
        return new SettledFuture<>(this, key).start();
    }

    /**
     * Returns the keys that have a status.
     *
     * <p>Reads all records of a store in memory.
     *
     * @param status any status but NOT_FOUND
     * @return a new list. It has all keys with the status during the whole call, and none without it during the whole
     *     call
     * @throws IllegalArgumentException if the status is NOT_FOUND
     */
    public CompletableFuture<List<K>> keys(TaskStatus status) {
        Objects.requireNonNull(status, "status must not be null");
        if (status == TaskStatus.NOT_FOUND) {
            throw new IllegalArgumentException(
                    "status must not be NOT_FOUND, which is the status of every key without a record: use RUNNING,"
                            + " SUCCEEDED, FAILED or REVOKING");
        }
        return StoreStep.query(
                this, "listing the keys that are " + status, null, () -> store.keys(status), Function.identity());
    }

    /**
     * Returns the number of keys with each status.
     *
     * <p>Reads all records of a store in memory.
     *
     * @return a number for each status but NOT_FOUND, zero included; each is as exact as {@link #keys}
     */
    public CompletableFuture<Map<TaskStatus, Long>> counts() {
        return StoreStep.query(this, "counting", null, store::counts, Function.identity());
    }

    /**
     * Returns what this recorder has done. Reads no records, asks the store for nothing, and takes no lock.
     *
     * @return counts of this recorder alone, since it was created. The ends are read before the beginnings, so
     *     something that happens during the call may be counted or not
     */
    public RecorderCounts ownCounts() {
        return tally.counts();
    }

    /**
     * Drops the record of a key that is SUCCEEDED or FAILED, without undoing anything. <strong>A success that is
     * forgotten can happen again.</strong>
     *
     * @param key the key
     * @return true if this call dropped a record; false if there was none, or if it is RUNNING or REVOKING
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
     * @return the task, which holds the key from now on; or null if it has joined one that succeeded. Fails with a
     *     {@link TaskAlreadyRecordedException} if it was refused; with the recorded failure if it has joined one that
     *     failed; and with a {@link RecordStoreException} if the store failed
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
     *     refused, and with a {@link RecordStoreException} if the store failed. Cancelling the future has the effect
     *     that it has in {@link #begin}
     */
    @SuppressWarnings("NullAway") // a revoke joins nothing, so there is always a task
    public CompletableFuture<RecordedTask<K>> beginRevoke(K key) {
        return begin(ClaimRequest.revoke(this, key));
    }

    private static <K> CompletableFuture<@Nullable RecordedTask<K>> begin(ClaimRequest<K> request) {
        request.checkKey();
        return request.send();
    }

    /** Throws for a bad key, which is the caller's mistake and not a failure of the store. */
    K requireKey(K key) {
        store.checkKey(Objects.requireNonNull(key, "key must not be null"));
        return key;
    }

    RecorderTally tally() {
        return tally;
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

    /**
     * Returns the time from which a lease counts that is requested now. Does not read the clock if there are no leases.
     */
    long nanoTimeIfLeased() {
        return pollInterval == null ? 0 : timer.nanoTime();
    }

    /** Returns the renewal of all leases of a duration. */
    LeaseRenewal renewal(Duration lease) {
        if (pollInterval == null) {
            throw new IllegalStateException(
                    "the store gave a lease, but has no poll interval, which means that it gives none: " + store);
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

    /** Returns the failure to record. */
    Throwable redacted(Throwable failure) {
        return redaction == null ? failure : RecordedFailure.redacted(failure, redaction);
    }

    /**
     * Returns the store.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        return "TaskRecorder[" + store + "]";
    }
}
