// SPDX-License-Identifier: Apache-2.0
/**
 * What Micrometer can tell of trackers and groups: {@link io.reactivetracker.micrometer.TaskTrackerMetrics} and {@link
 * io.reactivetracker.micrometer.TaskGroupMetrics} are their meters, {@link io.reactivetracker.micrometer.ObservedTracking}
 * observes each task.
 */
@NullMarked
package io.reactivetracker.micrometer;

import org.jspecify.annotations.NullMarked;
