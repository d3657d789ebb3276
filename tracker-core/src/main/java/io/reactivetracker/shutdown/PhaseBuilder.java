// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Describes one phase of a {@link ShutdownPlan}: its tasks, which run at the same time, the phases before it, and its
 * time. A phase without a task only orders others.
 *
 * <p>Not safe for use by more than one thread.
 */
public final class PhaseBuilder {

    final String name;
    final Set<String> after = new LinkedHashSet<>();
    final Map<String, PhaseTask> tasks = new LinkedHashMap<>();

    @Nullable
    Duration reserve;

    @Nullable
    Duration timeout;

    PhaseBuilder(String name) {
        this.name = name;
    }

    /**
     * Starts this phase after other phases are over. A phase that names none starts at once.
     *
     * @param phases names of phases of the same plan; they may be added to it later
     * @return this
     * @throws IllegalArgumentException if a name is blank
     */
    public PhaseBuilder after(String... phases) {
        for (String phase : phases) {
            after.add(Preconditions.requireName("the name of a phase", phase));
        }
        return this;
    }

    /**
     * Reserves a part of the plan's budget for this phase. No earlier phase can use it, even if that hangs.
     *
     * <p>The phases of a path that reserve nothing share equally what is left of the budget.
     *
     * @param reserve the time that this phase has in any case; zero for none
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public PhaseBuilder reserve(Duration reserve) {
        this.reserve = Preconditions.requireNotNegative("reserve", reserve);
        return this;
    }

    /**
     * Limits the time of this phase. Without a limit, a phase may use all time that no later phase reserves.
     *
     * @param timeout the maximum, from the start of this phase; at least the time that it reserves
     * @return this
     * @throws IllegalArgumentException if it is zero or negative
     */
    public PhaseBuilder timeout(Duration timeout) {
        this.timeout = Preconditions.requirePositive("timeout", timeout);
        return this;
    }

    /**
     * Adds a task.
     *
     * @param name the name of the task in the report
     * @param task what to run
     * @return this
     * @throws IllegalArgumentException if the name is blank, or a task of this phase has it
     */
    public PhaseBuilder task(String name, ShutdownTask task) {
        Objects.requireNonNull(task, "task must not be null");
        return add(name, PhaseTask.of(task));
    }

    /**
     * Adds a resource to close, for example a client or a pool. Its {@code close()} may block; it is interrupted when
     * the time of the phase is over.
     *
     * @param name the name of the resource in the report
     * @param resource what to close
     * @return this
     * @throws IllegalArgumentException if the name is blank, or a task of this phase has it
     */
    public PhaseBuilder close(String name, AutoCloseable resource) {
        Objects.requireNonNull(resource, "resource must not be null");
        return task(name, context -> {
            resource.close();
            return null;
        });
    }

    /**
     * Closes a tracker and waits for it to be drained.
     *
     * @param tracker the tracker; its name is the task's name
     * @return this
     * @throws IllegalArgumentException if a task of this phase has the tracker's name
     */
    public PhaseBuilder tracker(TaskTracker tracker) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        return add(tracker.name(), PhaseTask.of(tracker));
    }

    /**
     * Shuts a group down: waits for its tasks, and cancels those that remain when a fifth of the time of the phase is
     * left.
     *
     * @param group the group; its name is the task's name
     * @return this
     * @throws IllegalArgumentException if a task of this phase has the group's name
     */
    public PhaseBuilder group(TaskGroup group) {
        Objects.requireNonNull(group, "group must not be null");
        return add(group.name(), PhaseTask.of(group, remaining -> Shutdown.within(remaining, remaining.dividedBy(5))));
    }

    /**
     * Shuts a group down in the given stages. The phase does not wait for them any longer than its own time.
     *
     * @param group the group; its name is the task's name
     * @param shutdown the stages
     * @return this
     * @throws IllegalArgumentException if a task of this phase has the group's name
     */
    public PhaseBuilder group(TaskGroup group, Shutdown shutdown) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(shutdown, "shutdown must not be null");
        return add(group.name(), PhaseTask.of(group, remaining -> shutdown));
    }

    private PhaseBuilder add(String task, PhaseTask body) {
        Preconditions.requireName("the name of a task", task);
        if (tasks.putIfAbsent(task, body) != null) {
            throw new IllegalArgumentException(
                    "phase \"" + name + "\" has a task \"" + task + "\" already: give this one another name");
        }
        return this;
    }
}
