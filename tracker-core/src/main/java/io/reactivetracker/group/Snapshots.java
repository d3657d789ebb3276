// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes snapshots of trees of groups without recursion, since a tree may be deeper than the stack. */
final class Snapshots {

    private Snapshots() {}

    static GroupSnapshot of(TaskGroup root) {
        List<Node> nodes = new ArrayList<>();
        nodes.add(new Node(root, null));
        // Parents come before their children in the list. So it is read from the front and summed from the back.
        for (int next = 0; next < nodes.size(); next++) {
            Node node = nodes.get(next);
            for (TaskGroup child : node.view.children()) {
                nodes.add(new Node(child, node));
            }
        }
        for (int next = nodes.size() - 1; next > 0; next--) {
            Node node = nodes.get(next);
            Objects.requireNonNull(node.parent).add(node.snapshot());
        }
        return nodes.get(0).snapshot();
    }

    /** A group of the tree, and the snapshots of its children so far, last child first. */
    private static final class Node {

        private final TaskGroup group;
        private final @Nullable Node parent;
        private final GroupState.View view;
        private final List<GroupSnapshot> children = new ArrayList<>();
        private TaskCounts counts;

        Node(TaskGroup group, @Nullable Node parent) {
            this.group = group;
            this.parent = parent;
            this.view = group.state().view();
            this.counts = view.own();
        }

        void add(GroupSnapshot child) {
            children.add(child);
            counts = counts.plus(child.counts());
        }

        GroupSnapshot snapshot() {
            Collections.reverse(children);
            return new GroupSnapshot(
                    group.name(),
                    group.isClosed(),
                    group.cancellationToken().isCancelled(),
                    counts,
                    view.own(),
                    List.copyOf(children));
        }
    }
}
