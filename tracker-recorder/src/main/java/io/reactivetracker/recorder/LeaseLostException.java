// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.internal.JfrEvents;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if an owner no longer holds its key, because its lease ran out before it was renewed. Another task may hold
 * the key.
 *
 * <p>It is the cause of the {@linkplain RecordContext#cancellationToken() cancellation} if the loss is noticed while
 * the work runs, the error of a task that ends too late, and the {@linkplain TaskRecorder#failure recorded failure} of
 * a task whose owner died.
 */
public final class LeaseLostException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Object key;
    /** The fencing token of the owner that lost the lease. */
    private final long fencingToken;

    /**
     * Creates an exception for a lease.
     *
     * @param key the key
     * @param fencingToken the fencing token of the owner that lost it
     * @param cause why it was not renewed, or null if that is not known
     */
    public LeaseLostException(Object key, long fencingToken, @Nullable Throwable cause) {
        this(key, Keys.describe(key), fencingToken, cause);
    }

    private LeaseLostException(Object key, String described, long fencingToken, @Nullable Throwable cause) {
        super(
                "the lease on task " + described + " with fencing token " + fencingToken
                        + " ran out before it was renewed: what this owner did is not recorded, and another may have"
                        + " taken over",
                cause);
        this.key = key;
        this.fencingToken = fencingToken;
    }

    /** Creates the exception of an owner that notices its loss, and writes the event of Flight Recorder. */
    static LeaseLostException noticedBy(RecordedTask<?> task, boolean isEnding, @Nullable Throwable cause) {
        String described = Keys.describe(task.key());
        Lease lease = task.lease;
        JfrEvents.leaseLost(described, task.fencingToken(), lease == null ? 0 : lease.nanos(), isEnding, cause);
        return new LeaseLostException(task.key(), described, task.fencingToken(), cause);
    }

    /**
     * Returns the key that was held.
     *
     * @return the key; null if the exception was deserialized
     */
    public @Nullable Object key() {
        return key;
    }

    /**
     * Returns the fencing token of the owner that lost the lease.
     *
     * @return the value of {@link RecordContext#fencingToken()}
     */
    public long fencingToken() {
        return fencingToken;
    }
}
