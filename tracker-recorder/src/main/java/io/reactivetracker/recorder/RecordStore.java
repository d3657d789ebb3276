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
 * Where a {@link TaskRecorder} keeps its records: one per key, changed in one atomic step each. In memory, or elsewhere for
 * services that run in many processes; for use by recorders, and to be written by whoever has another store.
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
 * <p>What a store promises:
 * <ul>
 *   <li>Each step happens at one instant between its call and its answer, and each query tells what was true at one such
 *       instant: the steps and {@link #find} are linearizable.
 *   <li>All that an owner did before it settled a claim happens-before whatever is told that the claim is settled.
 *   <li>{@link Claim#fencingToken()} increases strictly with each claim on a key, also if its record was dropped in between.
 *   <li>A store whose owners can die without a word gives leases. A lease that is not renewed runs out by the store's own
 *       clock, and that is an end like any other: from then on RUNNING reads FAILED, with a {@link LeaseLostException},
 *       and REVOKING reads SUCCEEDED; a new claim may be made; and the old one can neither be renewed nor settled any more,
 *       whether or not there is a new one.
 *   <li>A step that a client may send more than once, because its answer was lost, is to be made only once.
 *   <li>A step always answers, be it by a failure after a time limit of the store's own. Nobody else limits it.
 *   <li>A stage completes in a thread that the work may run in: the task begins, and its subscriber is told, right there.
 *       So it must not be a thread that others' input and output depend on.
 * </ul>
 *
 * <p>Whatever a store throws or fails with reaches the caller as the cause of a {@link RecordStoreException}, except for the
 * refusals that {@link #begin} and {@link #beginRevoke} are to give.
 *
 * <p>Safe for use by several threads and several recorders.
 *
 * @param <K> the type of the keys
 */
public interface RecordStore<K> {

    /**
     * A store in the memory of this process that keeps every record.
     *
     * @param <K> the type of the keys; see {@link TaskRecorder} for what they must be
     * @return an empty store
     */
    static <K> RecordStore<K> inMemory() {
        return inMemory(Retention.forever());
    }

    /**
     * A store in the memory of this process with bounds on what it keeps.
     *
     * @param <K> the type of the keys; see {@link TaskRecorder} for what they must be
     * @param retention which settled records it keeps; <strong>a success that is dropped can happen again</strong>
     * @return an empty store
     */
    static <K> RecordStore<K> inMemory(Retention retention) {
        return inMemory(retention, TaskTimer.system());
    }

    /**
     * A store in the memory of this process with bounds on what it keeps, by a clock of the caller's choice.
     *
     * <p>It gives no leases, for its owners die only with it. What has reached its age nobody sees any more; it is dropped soon
     * after, also if nobody uses the store, in a thread of the library's default executor.
     *
     * <p>Of a failure it keeps the type, the message and the top of the stack trace, as a {@link RecordedFailureException}.
     *
     * @param <K> the type of the keys; see {@link TaskRecorder} for what they must be
     * @param retention which settled records it keeps; <strong>a success that is dropped can happen again</strong>
     * @param timer the clock by which a record's age is told
     * @return an empty store
     */
    static <K> RecordStore<K> inMemory(Retention retention, TaskTimer timer) {
        return new MemoryStore<>(retention, timer);
    }

    /**
     * Refuses a key that this store cannot keep: a recorder asks this first, in the thread of its caller, who gets the exception.
     *
     * @param key the key; never null
     * @throws IllegalArgumentException if it is such a key; says what is wrong with it, and what would be right. This default
     *     takes every key
     */
    default void checkKey(K key) {}

    /**
     * From NOT_FOUND or FAILED to RUNNING.
     *
     * @param key the key; never null
     * @return the claim of whoever asked; or fails with a {@link TaskAlreadyRecordedException} that tells the status, and has
     *     changed nothing
     */
    CompletionStage<? extends Claim> begin(K key);

    /**
     * From SUCCEEDED to REVOKING.
     *
     * @param key the key; never null
     * @return the claim of whoever asked; or fails with a {@link TaskNotSucceededException} that tells the status, and has
     *     changed nothing
     */
    CompletionStage<? extends Claim> beginRevoke(K key);

    /**
     * What is known of a key.
     *
     * @param key the key; never null
     * @return its record, of status NOT_FOUND if there is none
     */
    CompletionStage<TaskRecord> find(K key);

    /**
     * The keys that are in a state.
     *
     * @param status any but NOT_FOUND
     * @return a list of the caller's own, each key once: all that were in the state for the whole time of the call, and
     *     none that was in it at no instant of the call
     */
    CompletionStage<List<K>> keys(TaskStatus status);

    /**
     * How many keys there are in each state.
     *
     * @return a number for each status but NOT_FOUND, zero included; each as exact as {@link #keys} is
     */
    CompletionStage<Map<TaskStatus, Long>> counts();

    /**
     * From SUCCEEDED or FAILED to NOT_FOUND.
     *
     * @param key the key; never null
     * @return true if this call dropped a record; false if there was none, or if it is RUNNING or REVOKING and thereby stays
     */
    CompletionStage<Boolean> forget(K key);

    /**
     * Renews the leases of several claims of this store, as {@link Claim#renew()} does for one.
     *
     * <p>A recorder asks this once in each third of a lease for all tasks that it runs. A store that has to be reached over a
     * network answers by few messages; this default asks each claim.
     *
     * @param claims claims that this store has granted
     * @return an answer for each of them, in their order
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
     * Calls an action with the record of a key when that is settled.
     *
     * <p>A store without a {@link #pollInterval()} promises to call it exactly once: at once, if the key is settled when this
     * is called, and else with what becomes of the claim that it has now, even if the next one begins in the same instant;
     * unless the registration is closed before. For one that has an interval, this only makes waits shorter: it may call late,
     * several times, or never, as this default does. A record that is not settled is passed over.
     *
     * @param key the key; never null
     * @param action does not throw, and does not block
     * @return the way to stop it: closed when nobody waits any more
     */
    default Registration onSettled(K key, Consumer<? super TaskRecord> action) {
        return Registration.none();
    }

    /**
     * How often {@link #find} is asked on behalf of those who wait for a key, besides at once.
     *
     * @return positive, and the same at each call; one second unless a store says otherwise; null for a store in this process,
     *     of which {@link #onSettled} misses nothing, and which gives no leases
     */
    default @Nullable Duration pollInterval() {
        return Duration.ofSeconds(1);
    }

    /**
     * A key that is held, for one task or one revoke. Its first settling counts.
     *
     * <p>A recorder asks for {@link #succeed()} or {@link #fail}, the same one again if it fails, and for {@link #renew()}
     * again and again before. So an end that is asked for twice must be made once, and both must be told so.
     */
    interface Claim {

        /**
         * The fencing token.
         *
         * @return positive, and greater than that of any claim on this key before
         */
        long fencingToken();

        /**
         * For how long the claim holds since it was made or last renewed.
         *
         * @return positive, and the same at each call; null if it holds until it is settled
         */
        @Nullable
        Duration lease();

        /**
         * From RUNNING to SUCCEEDED, or from REVOKING to NOT_FOUND.
         *
         * @return true if the store took it; false if the claim is no longer held, and nothing was changed
         */
        CompletionStage<Boolean> succeed();

        /**
         * From RUNNING to FAILED, or from REVOKING back to SUCCEEDED.
         *
         * @param failure why; kept as far as the store can, if it was a task that failed, else not
         * @return true if the store took it; false if the claim is no longer held, and nothing was changed
         */
        CompletionStage<Boolean> fail(Throwable failure);

        /**
         * Makes the lease hold for its whole duration from now.
         *
         * @return true if the store took it; false if the claim is no longer held, for good
         */
        CompletionStage<Boolean> renew();
    }
}
