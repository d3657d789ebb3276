// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if a task or a revoke succeeded, but its store did not confirm that while the lease was held.
 *
 * <p>The work is done. When the lease has run out, another task may claim the key and do it again. The store may also
 * have recorded the success and only its answer was lost; {@link TaskRecorder#status} shows that when the store can be
 * reached. The cause is the last failure of the store.
 */
public final class SuccessNotRecordedException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Object key;
    /** The fencing token of the owner that succeeded. */
    private final long fencingToken;

    /**
     * Creates an exception for a success.
     *
     * @param key the key
     * @param fencingToken the fencing token of the owner that succeeded
     * @param cause the last failure of the store
     */
    public SuccessNotRecordedException(Object key, long fencingToken, Throwable cause) {
        super(
                "task " + Keys.describe(key) + " with fencing token " + fencingToken
                        + " succeeded, but the store did not confirm that while the task held its key: it may be done"
                        + " again (" + cause.getMessage() + ")",
                cause);
        this.key = key;
        this.fencingToken = fencingToken;
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
     * Returns the fencing token of the owner that succeeded.
     *
     * @return the value of {@link RecordContext#fencingToken()}
     */
    public long fencingToken() {
        return fencingToken;
    }
}
