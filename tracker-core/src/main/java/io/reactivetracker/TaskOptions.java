// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of a task: its name, whether a closed tracker refuses it, its parent, and its time limit.
 *
 * <pre>{@code
 * flux.transform(trackWith(tracker, named("ship")));
 * flux.transform(trackWith(tracker, strict()));
 * flux.transform(trackWith(tracker, named("ship").and(strict())));
 * }</pre>
 *
 * <p>Immutable, so one value can be used for any number of tasks and by several threads.
 */
public final class TaskOptions {

    private static final TaskOptions DEFAULTS = new TaskOptions(null, false, null, null);
    private static final TaskOptions STRICT = new TaskOptions(null, true, null, null);

    private final @Nullable String name;
    private final boolean isStrict;
    private final @Nullable ParentTask parent;
    private final @Nullable Duration timeout;

    private TaskOptions(
            @Nullable String name, boolean isStrict, @Nullable ParentTask parent, @Nullable Duration timeout) {
        this.name = name;
        this.isStrict = isStrict;
        this.parent = parent;
        this.timeout = timeout;
    }

    /**
     * Returns the options of a task that is unnamed, never refused, and has neither an explicit parent nor a time
     * limit of its own.
     *
     * @return the defaults
     */
    public static TaskOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Names the task. {@link TaskTracker#runningTasks()} lists it while it runs.
     *
     * @param name the name; need not be unique
     * @return options with this name
     * @throws IllegalArgumentException if the name is blank
     */
    public static TaskOptions named(String name) {
        return new TaskOptions(Preconditions.requireName("task name", name), false, null, null);
    }

    /**
     * Refuses the task if the tracker is closed, with a {@link TrackerClosedException} and before any of it starts.
     *
     * <p>The check and the count are one atomic step, as in {@link TaskTracker#tryToken()}. Without this option a
     * closed tracker counts and awaits late tasks like any other.
     *
     * @return options that are strict
     */
    public static TaskOptions strict() {
        return STRICT;
    }

    /**
     * Makes the task a child of another task. While the parent holds a permit of a limit, the child needs no permit of
     * the same limit.
     *
     * <p>So a task can wait for tasks that share its limit. A task of a group finds its parent without this option if
     * it is started in the parent's body or, with Reactor, upstream of the parent's {@code trackWith}. The option is
     * for the other cases: the body has continued in another thread, or the pipeline is one of RxJava. A tracker has no
     * limits and ignores it.
     *
     * @param parent the task that waits for this one
     * @return options with this parent
     */
    public static TaskOptions childOf(ParentTask parent) {
        return new TaskOptions(null, false, Objects.requireNonNull(parent, "parent must not be null"), null);
    }

    /**
     * Limits the time from the issue of the task to its end, including the time in the queue, retries and their delays.
     * A task that is not over by then is cancelled with a {@link TaskTimeoutException}.
     *
     * <p>The shortest limit applies: this one, that of the group, or what is left to the {@linkplain #childOf parent}.
     * The time is that of the group's timer. A limit of more than 146 years is none.
     *
     * <p>For tasks of groups. A {@link TaskTracker} cannot cancel its tasks and refuses this option with an
     * {@code IllegalArgumentException}, where {@link TaskToken}s are created and where pipelines are assembled.
     *
     * @param limit the time limit
     * @return options with this limit
     * @throws IllegalArgumentException if the limit is zero or negative
     */
    public static TaskOptions timeout(Duration limit) {
        return new TaskOptions(null, false, null, Preconditions.requirePositive("timeout", limit));
    }

    /**
     * Returns these options and others combined.
     *
     * @param others the options to add; their name, parent and time limit, if given, replace those of these options
     * @return options that are strict if either of the two are
     */
    public TaskOptions and(TaskOptions others) {
        return new TaskOptions(
                others.name == null ? name : others.name,
                isStrict || others.isStrict,
                others.parent == null ? parent : others.parent,
                others.timeout == null ? timeout : others.timeout);
    }

    /**
     * Returns the name of the task.
     *
     * @return the name, or null if the task is unnamed
     */
    public @Nullable String name() {
        return name;
    }

    /**
     * Returns the explicit parent of the task.
     *
     * @return the parent, or null if none was given
     */
    public @Nullable ParentTask parent() {
        return parent;
    }

    /**
     * Returns the time limit of the task.
     *
     * @return the limit, or null if none was given
     */
    public @Nullable Duration timeout() {
        return timeout;
    }

    /**
     * Returns whether the task is refused if its tracker is closed.
     *
     * @return true if it is {@linkplain #strict() strict}
     */
    public boolean isStrict() {
        return isStrict;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TaskOptions options
                && isStrict == options.isStrict
                && Objects.equals(name, options.name)
                && Objects.equals(parent, options.parent)
                && Objects.equals(timeout, options.timeout);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, isStrict, parent, timeout);
    }

    /**
     * Returns a description for logs; its format may change.
     *
     * @return such as {@code TaskOptions[name=ship, isStrict=true, parent=null, timeout=null]}
     */
    @Override
    public String toString() {
        return "TaskOptions[name=" + name + ", isStrict=" + isStrict + ", parent=" + parent + ", timeout=" + timeout
                + "]";
    }
}
