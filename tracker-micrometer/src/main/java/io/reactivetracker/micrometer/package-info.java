// SPDX-License-Identifier: Apache-2.0
/**
 * Micrometer meters of trackers and groups, {@link io.reactivetracker.micrometer.TaskTrackerMetrics} and {@link
 * io.reactivetracker.micrometer.TaskGroupMetrics}, and observations of tasks, {@link
 * io.reactivetracker.micrometer.ObservedTracking}.
 */
@NullMarked
package io.reactivetracker.micrometer;

import org.jspecify.annotations.NullMarked;
