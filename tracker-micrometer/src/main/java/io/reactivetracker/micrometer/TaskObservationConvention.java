// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import java.util.Locale;

/**
 * Defines the names and keys of the observations of tasks.
 *
 * <table>
 * <caption>Defaults</caption>
 * <tr><th>property</th><th>value</th></tr>
 * <tr><td>name</td><td>{@code tracked.task}</td></tr>
 * <tr><td>contextual name (span)</td><td>the task's name</td></tr>
 * <tr><td>low-cardinality key {@code tracker}</td><td>the tracker's name, or the path of the group</td></tr>
 * <tr><td>low-cardinality key {@code outcome}, after the end</td><td>{@code succeeded}, {@code failed}, {@code
 *     cancelled}, {@code rejected} or {@code refused}</td></tr>
 * <tr><td>high-cardinality key {@code task}</td><td>the task's name</td></tr>
 * </table>
 *
 * <p>By default the name of a task is of high cardinality, since it may contain the id of an order. If there are few
 * names, a convention can make it a tag of the meters:
 *
 * <pre>{@code
 * class ByTaskName implements TaskObservationConvention {
 *     @Override
 *     public KeyValues getLowCardinalityKeyValues(TaskObservationContext context) {
 *         return TaskObservationConvention.super
 *                 .getLowCardinalityKeyValues(context)
 *                 .and("task.name", context.taskName());
 *     }
 * }
 * }</pre>
 *
 * <p>Pass a convention to {@link ObservedTracking#of(io.micrometer.observation.ObservationRegistry,
 * TaskObservationConvention)}, or register it as a {@code GlobalObservationConvention}. Implementations must be safe
 * for use by several threads.
 */
public interface TaskObservationConvention extends ObservationConvention<TaskObservationContext> {

    @Override
    default String getName() {
        return "tracked.task";
    }

    @Override
    default String getContextualName(TaskObservationContext context) {
        return context.taskName();
    }

    @Override
    default KeyValues getLowCardinalityKeyValues(TaskObservationContext context) {
        KeyValues keyValues = KeyValues.of(KeyValue.of("tracker", context.trackerName()));
        ObservedOutcome outcome = context.outcome();
        return outcome == null
                ? keyValues
                : keyValues.and("outcome", outcome.name().toLowerCase(Locale.ROOT));
    }

    @Override
    default KeyValues getHighCardinalityKeyValues(TaskObservationContext context) {
        return KeyValues.of(KeyValue.of("task", context.taskName()));
    }

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof TaskObservationContext;
    }
}
