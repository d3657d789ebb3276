// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.CancellationToken;

/**
 * The context of a recorded task, or of a revoke. Safe for use by several threads.
 *
 * @param <K> the type of the keys
 */
public interface RecordContext<K> {

    /**
     * Returns the key that is held while the task runs.
     *
     * @return the key
     */
    K key();

    /**
     * Returns the fencing token: a number that increases with each owner of a key.
     *
     * <p>An owner that was paused for longer than its lease may change other systems once more before it notices the
     * loss. Pass this number to those systems, and let them refuse a number that is lower than the greatest one that
     * they have seen. Then the late change does no harm.
     *
     * @return a positive number; strictly increasing for each key, even if the key was revoked or forgotten in between
     * @see <a href="https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html">How to do distributed
     *     locking</a>, where the idea comes from
     */
    long fencingToken();

    /**
     * Returns a token that is cancelled when the task is to stop: because it was cancelled, or because its lease was
     * lost, with a {@link LeaseLostException} as the cause.
     *
     * @return the token of this task alone; cancelling it cancels the task
     */
    CancellationToken cancellationToken();
}
