// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task that is older than the bound of a {@link TaskWatchdog}.
 *
 * @param group the name of its group
 * @param id as in {@link TaskGroup#runningTasks()}
 * @param name the task's name
 * @param age the time since it was issued, by the group's timer
 * @param isQueued whether it has not begun to run, or waits to continue
 * @param origin where it was created, if the reactive library knows; otherwise null
 * @param operators the operators from which the next signal must come, from the task to the source, such as {@code
 *     "flatMap ⇠ delayElement"}; null if the reactive library does not know them
 * @param stack where the thread of a blocking body stands, innermost frame first, at most {@value #MAX_FRAMES} frames;
 *     empty if no blocking body runs. Copied; neither null nor with a null frame
 */
public record OverdueTask(
        String group,
        long id,
        String name,
        Duration age,
        boolean isQueued,
        @Nullable String origin,
        @Nullable String operators,
        List<StackTraceElement> stack) {

    /** The maximum number of frames of a stack. */
    public static final int MAX_FRAMES = 50;

    private static final int MAX_FRAMES_IN_TEXT = 5;

    /**
     * Creates a description, with a copy of the stack.
     *
     * @param group the name of its group
     * @param id as in {@link TaskGroup#runningTasks()}
     * @param name the task's name
     * @param age the time since it was issued, by the group's timer
     * @param isQueued whether it has not begun to run, or waits to continue
     * @param origin where it was created, if the reactive library knows; otherwise null
     * @param operators the operators from which the next signal must come, from the task to the source, such as {@code
     *     "flatMap ⇠ delayElement"}; null if the reactive library does not know them
     * @param stack where the thread of a blocking body stands, innermost frame first, at most {@value #MAX_FRAMES}
     *     frames; empty if no blocking body runs. Copied; neither null nor with a null frame
     */
    public OverdueTask {
        stack = List.copyOf(stack);
    }

    /**
     * Returns the task's name, group, state, age, origin and where it stands: the operators, or the innermost frame of
     * the stack and the next ones that are not of the JDK.
     *
     * @return a description for logs, in one line unless a name has more; its format may change
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(CancelledTask.describe(name, id, group, isQueued, age, origin));
        if (operators != null) {
            text.append(", waits for ").append(operators);
        }
        int frames = 0;
        for (StackTraceElement frame : stack) {
            if (frames == MAX_FRAMES_IN_TEXT) {
                break;
            }
            if (frames == 0 || !isOfJdk(frame.getClassName())) {
                text.append(frames == 0 ? ", at " : " ⇠ ").append(describe(frame));
                frames++;
            }
        }
        return text.toString();
    }

    private static boolean isOfJdk(String type) {
        return type.startsWith("java.")
                || type.startsWith("jdk.")
                || type.startsWith("sun.")
                || type.contains("$$Lambda");
    }

    /** As a stack trace prints it, without the module and the class loader. */
    private static String describe(StackTraceElement frame) {
        return new StackTraceElement(
                        frame.getClassName(), frame.getMethodName(), frame.getFileName(), frame.getLineNumber())
                .toString();
    }
}
