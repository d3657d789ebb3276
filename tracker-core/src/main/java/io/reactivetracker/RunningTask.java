// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.time.Duration;
import java.time.Instant;

/**
 * A named task as it was when {@link TaskTracker#runningTasks()} looked.
 *
 * @param id tells the task from every other named task in this virtual machine
 * @param name the name that the task was given; not unique
 * @param start when the task was counted, up to about 10 ms early: the clock is not read for each task
 * @param age for how long it had been running; never negative, and not disturbed by changes of the wall clock
 */
public record RunningTask(long id, String name, Instant start, Duration age) {}
