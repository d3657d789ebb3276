// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.time.Duration;
import java.time.Instant;

/**
 * A named task as it was when {@link TaskTracker#runningTasks()} looked.
 *
 * @param id tells the task from every other named task in this virtual machine; later tasks have higher ones
 * @param name the name that the task was given; not unique
 * @param start when the task was counted
 * @param age for how long it had been running; never negative, and not disturbed by changes of the wall clock
 */
public record RunningTask(long id, String name, Instant start, Duration age) {}
