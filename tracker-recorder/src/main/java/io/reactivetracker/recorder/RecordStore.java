// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the records of a {@link TaskRecorder}: one per key, each changed in atomic steps. A store is in memory, or
 * elsewhere for services with several processes. Recorders use it; implement it to keep records in another system.
 *
 * <pre>
 *             begin              succeed
 *  NOT_FOUND ───────→ RUNNING ───────────→ SUCCEEDED
 *      ↑        ┌────→   │                  ↑     │
 *      │  begin │        │ fail, lease lost │     │ beginRevoke
 *      │     FAILED ←────┘                  │     ↓
 *      │                  fail, lease lost  │  REVOKING
 *      │                                    └─────┤
 *      └──────────────────────────────────────────┘ succeed
 *
 *  SUCCEEDED, FAILED ──forget, retention──→ NOT_FOUND
 * </pre>
 *
 * <p>A store guarantees:
 * <ul>
 *   <li>Each step happens at one instant between its call and its answer, and each query returns what is true at one
 *       such instant: the steps and {@link #find} are linearizable.
 *   <li>The actions of an owner before it settles a claim happen-before everything that reports the claim as settled.
 *   <li>{@link Claim#fencingToken()} strictly increases with each claim on a key, even if its record was dropped in
 *       between.
 *   <li>A store whose owners can die silently gives leases. A lease that is not renewed runs out by the store's own
 *       clock. That is an end like any other: from then on RUNNING reads FAILED, with a {@link LeaseLostException}, and
 *       REVOKING reads SUCCEEDED; a new claim may be made; and the old one can neither be renewed nor settled, whether
 *       or not there is a new one.
 *   <li>A step that a client may send more than once, because its answer was lost, is made only once.
 *   <li>A step always answers, possibly with a failure after a time limit of the store. Recorders have no time limit.
 *   <li>A stage may complete in any thread of the store. A recorder runs no user code there; other users must not block
 *       it.
 * </ul>
 *
 * <p>A failure of the store reaches the caller as the cause of a {@link RecordStoreException}, except for the refusals
 * that {@link #begin} and {@link #beginRevoke} specify.
 *
 * <p>{@link KeyCodec} and {@link FailureCodec} encode keys and failures for a store outside the process. The module
 * {@code tracker-test} has {@code RecordStoreContract}, the tests that every store passes.
 *
 * <p>Safe for use by several threads and several recorders.
 *
 * @param <K> the type of the keys
 */
public interface RecordStore<K> {

    /**
     * Returns a store in memory that keeps every record.
     *
     * @param <K> the type of the keys; see {@link TaskRecorder} for its requirements
     * @return an empty store
     */
    static <K> RecordStore<K> inMemory() {
        return inMemory(Retention.forever());
    }

    /**
     * Returns a store in memory with a retention.
     *
     * @param <K> the type of the keys; see {@link TaskRecorder} for its requirements
     * @param retention which settled records it keeps; <strong>a success that is dropped can happen again</strong>
     * @return an empty store
     */
    static <K> RecordStore<K> inMemory(Retention retention) {
        return inMemory(retention, TaskTimer.system());
    }

    /**
     * Returns a store in memory with a retention and a timer.
     *
     * <p>It gives no leases, since its owners die only with it. A record that has reached its maximum age is not found
     * any more, and is dropped soon after, even if nobody uses the store, in a thread of the library's default
     * executor.
     *
     * <p>A failure is kept as a {@link RecordedFailureException} with its type, its message and the top of its stack
     * trace.
     *
     * @param <K> the type of the keys; see {@link TaskRecorder} for its requirements
     * @param retention which settled records it keeps; <strong>a success that is dropped can happen again</strong>
     * @param timer the timer that measures the age of records
     * @return an empty store
     */
    static <K> RecordStore<K> inMemory(Retention retention, TaskTimer timer) {
        return new MemoryStore<>(retention, timer);
    }

    /**
     * Refuses a key that this store cannot keep. A recorder calls this before each step, in the thread of its caller,
     * which gets the exception. The default implementation accepts every key.
     *
     * @param key the key; never null
     * @throws IllegalArgumentException if the store cannot keep the key; the message says which keys it accepts
     */
    default void checkKey(K key) {}

    /**
     * Claims a key for a task: from NOT_FOUND or FAILED to RUNNING.
     *
     * @param key the key; never null
     * @return the claim. Fails with a {@link TaskAlreadyRecordedException} with the status of the key, which is
     *     unchanged then
     */
    CompletionStage<? extends Claim> begin(K key);

    /**
     * Claims a key for a revoke: from SUCCEEDED to REVOKING.
     *
     * @param key the key; never null
     * @return the claim. Fails with a {@link TaskNotSucceededException} with the status of the key, which is unchanged
     *     then
     */
    CompletionStage<? extends Claim> beginRevoke(K key);

    /**
     * Returns the record of a key.
     *
     * @param key the key; never null
     * @return its record, with status NOT_FOUND if there is none
     */
    CompletionStage<TaskRecord> find(K key);

    /**
     * Returns the keys that have a status.
     *
     * @param status any status but NOT_FOUND
     * @return a new list without duplicates. It has all keys with the status during the whole call, and none without it
     *     during the whole call
     */
    CompletionStage<List<K>> keys(TaskStatus status);

    /**
     * Returns the number of keys with each status.
     *
     * @return a number for each status but NOT_FOUND, zero included; each as exact as {@link #keys}
     */
    CompletionStage<Map<TaskStatus, Long>> counts();

    /**
     * Drops the record of a key: from SUCCEEDED or FAILED to NOT_FOUND.
     *
     * @param key the key; never null
     * @return true if this call dropped a record; false if there was none, or if it is RUNNING or REVOKING
     */
    CompletionStage<Boolean> forget(K key);

    /**
     * Renews the leases of several claims of this store, as {@link Claim#renew()} does for one.
     *
     * <p>A recorder calls this once in each third of a lease, for all tasks that it runs. A store behind a network
     * should need few messages for it; the default implementation renews each claim.
     *
     * @param claims claims of this store
     * @return an answer for each of them, in the same order
     */
    default List<? extends CompletionStage<Boolean>> renewAll(List<? extends Claim> claims) {
        List<CompletionStage<Boolean>> answers = new ArrayList<>(claims.size());
        for (Claim claim : claims) {
            CompletionStage<Boolean> answer;
            try {
                answer = claim.renew();
            } catch (RuntimeException thrown) {
                answer = CompletableFuture.failedFuture(thrown);
            }
            answers.add(answer);
        }
        return answers;
    }

    /**
     * Calls an action with the record of a key when it is settled.
     *
     * <p>A store without a {@link #pollInterval()} calls it exactly once, unless the registration is closed before: at
     * once if the key is settled, otherwise with the outcome of its current claim, even if the next claim begins in the
     * same instant. For a store with an interval this only makes waits shorter: it may call the action late, several
     * times, or never, as the default implementation does. The receiver ignores a record that is not settled.
     *
     * @param key the key; never null
     * @param action the action; does not throw, and does not block
     * @return a registration that is closed when nobody waits any more
     */
    default Registration onSettled(K key, Consumer<? super TaskRecord> action) {
        return Registration.none();
    }

    /**
     * Returns how often a recorder calls {@link #find} for a key that is waited for.
     *
     * @return a positive duration, the same at each call; one second by default. Null for a store in this process whose
     *     {@link #onSettled} misses nothing and which gives no leases
     */
    default @Nullable Duration pollInterval() {
        return Duration.ofSeconds(1);
    }

    /**
     * A key that is held by one task or one revoke. Its first end counts.
     *
     * <p>A recorder calls {@link #renew()} repeatedly, and then {@link #succeed()} or {@link #fail}; the same one again
     * if it fails. So an end that is requested twice is made once, and both calls return true.
     */
    interface Claim {

        /**
         * Returns the fencing token.
         *
         * @return a positive number, greater than that of each earlier claim on this key
         */
        long fencingToken();

        /**
         * Returns how long the claim holds after it was made or last renewed.
         *
         * @return a positive duration, the same at each call; null if the claim holds until it is settled
         */
        @Nullable
        Duration lease();

        /**
         * Records a success: from RUNNING to SUCCEEDED, or from REVOKING to NOT_FOUND.
         *
         * @return true if it is recorded; false if the claim is no longer held, and nothing was changed
         */
        CompletionStage<Boolean> succeed();

        /**
         * Records a failure: from RUNNING to FAILED, or from REVOKING back to SUCCEEDED.
         *
         * @param failure the cause; kept as far as the store can if a task failed, ignored if a revoke did
         * @return true if it is recorded; false if the claim is no longer held, and nothing was changed
         */
        CompletionStage<Boolean> fail(Throwable failure);

        /**
         * Renews the lease for its whole duration from now.
         *
         * @return true if it is renewed; false if the claim is no longer held, and never will be
         */
        CompletionStage<Boolean> renew();
    }
}
