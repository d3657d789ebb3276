// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.Durations;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A task that was garbage collected before its end, as a {@link LeakWatch} reports it.
 *
 * @param tracker the name of its tracker
 * @param name the task's name, or null if it has none
 * @param age the time from its start until it was found
 * @param isReleased whether the watch releases its count, once the listener has returned or thrown
 * @param stack where it was created: the nearest frames of the application, innermost first, at most
 *     {@value #MAX_FRAMES}; or, if there were none, the nearest frames outside of this library. Copied,
 *     without null
 */
public record LeakedTask(
        String tracker, @Nullable String name, Duration age, boolean isReleased, List<StackTraceElement> stack) {

    /** The maximum number of frames of a stack. */
    public static final int MAX_FRAMES = 8;

    /**
     * Creates a description, with a copy of the stack.
     *
     * @param tracker the name of its tracker
     * @param name the task's name, or null if it has none
     * @param age the time from its start until it was found
     * @param isReleased whether the watch releases its count, once the listener has returned or thrown
     * @param stack where it was created: the nearest frames of the application, innermost first, at most
     *     {@value #MAX_FRAMES}; or, if there were none, the nearest frames outside of this library. Copied,
     *     without null
     */
    public LeakedTask {
        stack = List.copyOf(stack);
    }

    /**
     * Returns the task's name, tracker, age, whether it is still counted, and where it was created.
     *
     * @return a description for logs, in one line unless a name has more; its format may change
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name == null ? "a task without a name" : "task \"" + name + "\"");
        text.append(" of tracker \"").append(tracker);
        text.append("\" was garbage collected before its end, after ").append(Durations.inSeconds(age));
        text.append(isReleased ? ", and is released" : ", and stays counted");
        return text.append(stack.isEmpty() ? "" : ", created at " + createdAt()).toString();
    }

    /** Returns the frames of the stack in one line. */
    String createdAt() {
        return stack.stream().map(CreationStack::describe).collect(Collectors.joining(" ⇠ "));
    }
}
