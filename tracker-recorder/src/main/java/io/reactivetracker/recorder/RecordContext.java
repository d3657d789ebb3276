// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.CancellationToken;

/**
 * What a recorded task, or a revoke, can know of itself. Safe for use by several threads.
 *
 * @param <K> the type of the keys
 */
public interface RecordContext<K> {

    /**
     * The key that is held while this runs.
     *
     * @return as it was given
     */
    K key();

    /**
     * The number by which others can tell an owner from those after it: of two owners of one key the later has the
     * greater number.
     *
     * <p>A lease cannot stop an owner that was paused for longer than the lease, and does not know of it yet, from touching
     * the world once more. Hand this number to what is touched, and let that refuse a number below the greatest that it has
     * seen: then the late touch does no harm.
     *
     * @return positive; strictly increasing for each key, also when the key was revoked or forgotten in between
     * @see <a href="https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html">How to do distributed
     *     locking</a>, from where the idea comes
     */
    long fencingToken();

    /**
     * Cancelled when this is to stop: because somebody cancelled it, or because the lease was lost, with a {@link
     * LeaseLostException} as the cause.
     *
     * @return the token of this attempt alone; whoever cancels it cancels this and nothing else
     */
    CancellationToken cancellationToken();
}
