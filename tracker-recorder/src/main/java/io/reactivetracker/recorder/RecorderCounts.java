// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one {@link TaskRecorder} has done since it was created. Immutable.
 *
 * <p>These are not the records of the store, which other recorders and other processes use too. Each task or revoke
 * that has begun is active, or has ended in one of five ways: {@code begun = active + succeeded + revoked + failed +
 * leasesLost + notRecorded}. All numbers but {@link #active()} never decrease.
 */
public final class RecorderCounts {

    private static final RecorderCounts NONE = new RecorderCounts(new long[RecorderEvent.COUNT]);

    /** By ordinal of the event. */
    private final long[] numbers;

    RecorderCounts(long[] numbers) {
        this.numbers = numbers;
    }

    /**
     * Returns the counts of a recorder that has done nothing.
     *
     * @return always the same
     */
    public static RecorderCounts none() {
        return NONE;
    }

    /**
     * Returns the number of tasks and revokes that hold their key now.
     *
     * @return the number; never negative
     */
    public long active() {
        return begun() - succeeded() - revoked() - failed() - leasesLost() - notRecorded();
    }

    /**
     * Returns the number of tasks and revokes that have begun.
     *
     * @return the number
     */
    public long begun() {
        return number(RecorderEvent.BEGUN);
    }

    /**
     * Returns the number of tasks whose success is recorded.
     *
     * @return the number
     */
    public long succeeded() {
        return number(RecorderEvent.SUCCEEDED);
    }

    /**
     * Returns the number of revokes that have undone a success.
     *
     * @return the number
     */
    public long revoked() {
        return number(RecorderEvent.REVOKED);
    }

    /**
     * Returns the number of tasks and revokes whose failure is recorded, including those that were cancelled.
     *
     * @return the number
     */
    public long failed() {
        return number(RecorderEvent.FAILED);
    }

    /**
     * Returns the number of tasks and revokes that had lost their key before their end could be recorded. Another task
     * with the same key may have begun meanwhile.
     *
     * @return the number
     */
    public long leasesLost() {
        return number(RecorderEvent.LEASE_LOST);
    }

    /**
     * Returns the number of tasks and revokes whose end the store has failed to record, although it gives no leases
     * that could be lost. Their keys may be held for as long as the store exists.
     *
     * @return the number
     */
    public long notRecorded() {
        return number(RecorderEvent.NOT_RECORDED);
    }

    /**
     * Returns the number of requests that were refused: for a task whose key was taken, or a revoke without a success.
     *
     * @return the number
     */
    public long refused() {
        return number(RecorderEvent.REFUSED);
    }

    /**
     * Returns the number of requests that have {@linkplain RecordOptions#orJoin() joined} another task. One that finds
     * the key free after its wait is counted again by what it does then.
     *
     * @return the number
     */
    public long joined() {
        return number(RecorderEvent.JOINED);
    }

    /**
     * Returns the number of steps that the store has failed to make: beginnings, ends and renewals of leases. A step
     * that is repeated counts each time. Queries do not count.
     *
     * @return the number
     */
    public long storeFailures() {
        return number(RecorderEvent.STORE_FAILED);
    }

    @SuppressWarnings("EnumOrdinal") // an index into an array of this process
    private long number(RecorderEvent event) {
        return numbers[event.ordinal()];
    }

    /**
     * Returns the sums of these and other counts.
     *
     * @param other the counts to add
     * @return the sums
     */
    public RecorderCounts plus(RecorderCounts other) {
        long[] sums = numbers.clone();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += other.numbers[i];
        }
        return new RecorderCounts(sums);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RecorderCounts counts && Arrays.equals(numbers, counts.numbers);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(numbers);
    }

    /**
     * Returns all numbers.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        return "RecorderCounts[active " + active() + ", begun " + begun() + ", succeeded " + succeeded() + ", revoked "
                + revoked() + ", failed " + failed() + ", leases lost " + leasesLost() + ", not recorded "
                + notRecorded() + ", refused " + refused() + ", joined " + joined() + ", store failures "
                + storeFailures() + "]";
    }
}
