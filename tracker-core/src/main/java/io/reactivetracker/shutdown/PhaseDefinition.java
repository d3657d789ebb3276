// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import java.util.Map;
import java.util.Set;

/**
 * A phase of a plan that was checked.
 *
 * @param name its name
 * @param after the names of the phases before it
 * @param tasks its tasks by name
 * @param timeoutNanos its limit from its start
 * @param reservedAfterNanos what the phases after it reserve, along the path that reserves the maximum
 */
record PhaseDefinition(
        String name, Set<String> after, Map<String, PhaseTask> tasks, long timeoutNanos, long reservedAfterNanos) {

    @Override
    public String toString() {
        return name + (after.isEmpty() ? "" : " after " + String.join(", ", after));
    }
}
