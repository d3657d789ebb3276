// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.util.List;

/**
 * A group and the groups below it, as they were when {@link TaskGroup#snapshot()} looked.
 *
 * <p>Within one snapshot {@code counts} is the sum of {@code own} and of the {@code counts} of all children, those
 * that have ended included in {@code own}. To compare snapshots goes through their trees, as deep as they are.
 *
 * @param name the group's name
 * @param isClosed whether it took no new tasks any more
 * @param isCancelled whether it was cancelled
 * @param counts its numbers with those of all groups below it
 * @param own its numbers without those of the children in this snapshot
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
     * The group alone: a tree may be deeper than any stack.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        return "GroupSnapshot[" + name + (isCancelled ? ", cancelled, " : isClosed ? ", closed, " : ", open, ") + counts
                + ", " + children.size() + " children]";
    }
}
