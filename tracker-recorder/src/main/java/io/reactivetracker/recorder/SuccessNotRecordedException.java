// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that a task or a revoke succeeded, but that its store did not confirm this for as long as the lease was held.
 *
 * <p>The work is done, and its key may be given to another task when the lease has run out, which does it again. The store
 * may also have recorded the success and only its answer was lost: ask {@link TaskRecorder#status} when the store can be
 * reached. The cause is what the store failed with last.
 */
public final class SuccessNotRecordedException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Object key;
    /** The number of the owner that succeeded. */
    private final long fence;

    /**
     * Makes the exception for one success.
     *
     * @param key the key
     * @param fence the number of the owner that succeeded
     * @param cause what the store failed with last
     */
    public SuccessNotRecordedException(Object key, long fence, Throwable cause) {
        super(
                "task " + Keys.describe(key) + " with fencing token " + fence
                        + " succeeded, but the store did not confirm that while the task held its key: it may be done again ("
                        + cause.getMessage() + ")",
                cause);
        this.key = key;
        this.fence = fence;
    }

    /**
     * Returns the key that was held.
     *
     * @return as it was given; null where the exception was deserialized, which keeps the message only
     */
    public @Nullable Object key() {
        return key;
    }

    /**
     * Returns the number of the owner that succeeded.
     *
     * @return as {@link RecordContext#fencingToken()} gave it
     */
    public long fencingToken() {
        return fence;
    }
}
