// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.util.List;

/**
 * A group and the groups below it, when {@link TaskGroup#snapshot()} was called.
 *
 * <p>Within one snapshot, {@code counts} is the sum of {@code own} and the {@code counts} of all children; {@code own}
 * includes children that have ended. {@code equals} and {@code hashCode} recurse to the depth of the tree.
 *
 * @param name the group's name
 * @param isClosed whether it refused new tasks
 * @param isCancelled whether it was cancelled
 * @param counts its counts, including those of all groups below it
 * @param own its counts, excluding those of the children in this snapshot
 * @param children its children that had not ended, oldest first
 */
public record GroupSnapshot(
        String name,
        boolean isClosed,
        boolean isCancelled,
        TaskCounts counts,
        TaskCounts own,
        List<GroupSnapshot> children) {

    /**
     * Returns the name, the state and the counts of the group, without its children.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        return "GroupSnapshot[" + name + (isCancelled ? ", cancelled, " : isClosed ? ", closed, " : ", open, ") + counts
                + ", " + children.size() + " children]";
    }
}
