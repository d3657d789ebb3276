// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.thumbnails;

import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.TaskCounts;

/** Formats a snapshot of a tree of groups, with one line per group. */
final class GroupText {

    private GroupText() {}

    static String of(GroupSnapshot root) {
        StringBuilder text = new StringBuilder();
        append(root, "", text);
        return text.toString();
    }

    private static void append(GroupSnapshot group, String indent, StringBuilder text) {
        TaskCounts counts = group.counts();
        text.append("%s%s, %s: %d issued, %d queued, %d active, %d succeeded, %d failed, %d cancelled%n"
                .formatted(
                        indent,
                        group.name(),
                        stateOf(group),
                        counts.issued(),
                        counts.queued(),
                        counts.active(),
                        counts.succeeded(),
                        counts.failed(),
                        counts.cancelled()));
        group.children().forEach(child -> append(child, indent + "  ", text));
    }

    private static String stateOf(GroupSnapshot group) {
        return group.isCancelled() ? "cancelled" : group.isClosed() ? "closed" : "open";
    }
}
