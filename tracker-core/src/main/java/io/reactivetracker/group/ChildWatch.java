// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.internal.Throwables;
import java.util.function.Consumer;

/** Calls an action for the children of a group, until it is closed. */
final class ChildWatch implements Registration {

    private final GroupState state;
    private final Consumer<? super TaskGroup> action;
    private volatile boolean isClosed;

    ChildWatch(GroupState state, Consumer<? super TaskGroup> action) {
        this.state = state;
        this.action = action;
    }

    void tell(TaskGroup child) {
        if (isClosed) {
            return;
        }
        try {
            action.accept(child);
        } catch (Throwable failure) {
            Throwables.reportUncaught(failure);
        }
    }

    @Override
    public void close() {
        isClosed = true;
        state.unwatch(this);
    }
}
