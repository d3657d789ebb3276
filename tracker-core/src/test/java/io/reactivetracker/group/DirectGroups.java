// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

/** Groups whose bodies run in the thread that admits them, for tests of one thread. */
public final class DirectGroups {

    private DirectGroups() {}

    public static TaskGroupBuilder builder(String name) {
        return TaskGroup.builder(name).executor(Runnable::run);
    }
}
