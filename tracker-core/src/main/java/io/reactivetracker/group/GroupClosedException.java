// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.TrackerClosedException;
import java.io.Serial;

/** Says that a task or a child group was refused because its group is closed; nothing of it was started or counted. */
public final class GroupClosedException extends TrackerClosedException {

    @Serial
    private static final long serialVersionUID = 1L;

    GroupClosedException(String groupName, String what) {
        super(
                groupName,
                "group \"" + groupName + "\" is closed and takes no new " + what
                        + ": start it before close(), closeAndDrain() or shutdown(), or in a group that is still open");
    }
}
