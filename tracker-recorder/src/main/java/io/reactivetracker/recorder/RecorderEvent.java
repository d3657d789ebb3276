// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

/** What a recorder counts. A task or revoke that has begun ends by one of the five events after {@link #BEGUN}. */
enum RecorderEvent {
    BEGUN,
    SUCCEEDED,
    REVOKED,
    FAILED,
    LEASE_LOST,
    NOT_RECORDED,
    REFUSED,
    JOINED,
    STORE_FAILED;

    static final int COUNT = values().length;
}
