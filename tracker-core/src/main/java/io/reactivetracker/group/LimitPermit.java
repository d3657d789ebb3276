// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

/** A permit that knows its limit, so that the children of its task can share it. */
interface LimitPermit extends Permit {

    /** Returns whether this is, or contains, a permit of the limit. */
    boolean isOf(Admission limit);

    /** Returns whether a permit is, or contains, one of the limit. */
    static boolean isOf(Permit permit, Admission limit) {
        return permit instanceof LimitPermit known && known.isOf(limit);
    }
}
