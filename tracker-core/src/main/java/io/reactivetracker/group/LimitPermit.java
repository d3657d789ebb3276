// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

/** A permit that knows its limits, so that the children of the task which holds it need no other of the same. */
interface LimitPermit extends Permit {

    /** Whether this is a permit of that limit, or one of several of which one is. */
    boolean isOf(Admission limit);

    /** Whether any permit is one of that limit. */
    static boolean isOf(Permit permit, Admission limit) {
        return permit instanceof LimitPermit known && known.isOf(limit);
    }
}
