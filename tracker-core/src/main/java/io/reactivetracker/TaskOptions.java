// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import org.jspecify.annotations.Nullable;

/**
 * How a task is to be tracked, for whoever wants more than to have it counted.
 *
 * <pre>{@code
 * flux.transform(trackWith(tracker, named("ship")));
 * flux.transform(trackWith(tracker, strict()));
 * flux.transform(trackWith(tracker, named("ship").strict()));
 * }</pre>
 *
 * <p>Immutable, so one value serves any number of tasks and threads.
 */
public sealed interface TaskOptions {

    /**
     * Asks for nothing: the task is counted, unnamed, and never refused.
     *
     * @return options to which more can be added
     */
    static Combination defaults() {
        return ChosenOptions.DEFAULTS;
    }

    /**
     * Names the task, so that {@link TaskTracker#runningTasks()} lists it while it runs.
     *
     * @param name the name; need not be unique
     * @return options to which more can be added
     * @throws IllegalArgumentException if the name is blank
     */
    static Combination named(String name) {
        return ChosenOptions.DEFAULTS.named(name);
    }

    /**
     * Refuses the task once the tracker is closed, with a {@link TrackerClosedException} and before any of it starts.
     *
     * <p>The look at the tracker and the count are one atomic step, as with {@link TaskTracker#tryToken()}. Without
     * this option a closed tracker counts and waits for late tasks like any other.
     *
     * @return options to which more can be added
     */
    static Combination strict() {
        return ChosenOptions.DEFAULTS.strict();
    }

    /**
     * Makes the task a child of another one: while that holds a permit of a limit, the child needs no permit of the same limit.
     *
     * <p>So a task can wait for tasks that share its limit. A task of a group knows its parent by itself if it is started
     * in the parent's body, or, with Reactor, upstream of the parent's {@code trackWith}. This option is for the other cases:
     * the body has gone on in another thread, or the pipeline is one of RxJava. A tracker has no limits and ignores it.
     *
     * @param parent the task that waits for this one
     * @return options to which more can be added
     */
    static Combination childOf(ParentTask parent) {
        return ChosenOptions.DEFAULTS.childOf(parent);
    }

    /**
     * The name that was given.
     *
     * @return the name, or null if the task is to stay unnamed
     */
    @Nullable
    String name();

    /**
     * The parent that was named.
     *
     * @return the parent, or null if none was named
     */
    @Nullable
    ParentTask parent();

    /**
     * Whether the task is refused once its tracker is closed.
     *
     * @return true if {@code strict()} was asked for
     */
    boolean isStrict();

    /** Options to which more can be added; each call returns new ones. */
    sealed interface Combination extends TaskOptions permits ChosenOptions {

        /**
         * The same options with this name.
         *
         * @param name as in {@link TaskOptions#named(String)}
         * @return options to which more can be added
         * @throws IllegalArgumentException if the name is blank
         */
        Combination named(String name);

        /**
         * The same options, refused once the tracker is closed.
         *
         * @return options to which more can be added
         * @see TaskOptions#strict()
         */
        Combination strict();

        /**
         * The same options, for a child of this task.
         *
         * @param parent the task that waits for this one
         * @return options to which more can be added
         * @see TaskOptions#childOf(ParentTask)
         */
        Combination childOf(ParentTask parent);
    }
}
