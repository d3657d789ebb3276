// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that an owner no longer has the key that it held: its lease ran out before it was renewed, and somebody else may
 * have taken over.
 *
 * <p>It is the cause of an {@linkplain RecordContext#cancellationToken() attempt's} cancellation when the loss is found out while
 * the work goes on, the error of one that tells of its end too late, and the {@linkplain TaskRecorder#failure recorded
 * failure} of a task whose owner never told.
 */
public final class LeaseLostException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Object key;
    /** The number of the owner that lost it. */
    private final long fence;

    /**
     * Makes the exception for one lease.
     *
     * @param key the key
     * @param fence the number of the owner that lost it
     * @param cause what kept it from being renewed, or null if nobody knows
     */
    public LeaseLostException(Object key, long fence, @Nullable Throwable cause) {
        super(
                "the lease on task " + Keys.describe(key) + " with fencing token " + fence
                        + " ran out before it was renewed: what this owner did is not recorded, and another one may have"
                        + " taken over",
                cause);
        this.key = key;
        this.fence = fence;
    }

    /**
     * The key that was held.
     *
     * @return as it was given; null where the exception was deserialized, which keeps the message only
     */
    public @Nullable Object key() {
        return key;
    }

    /**
     * The number of the owner that lost the lease.
     *
     * @return as {@link RecordContext#fencingToken()} gave it
     */
    public long fencingToken() {
        return fence;
    }
}
