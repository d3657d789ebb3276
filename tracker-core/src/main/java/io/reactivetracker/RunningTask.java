// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.time.Duration;
import java.time.Instant;

/**
 * A named task as it was when {@link TaskTracker#runningTasks()} was called.
 *
 * @param id an id that is unique among the named tasks of this virtual machine
 * @param name the name of the task; not unique
 * @param start when the task was counted, up to about 10 ms early: the clock is not read for each task
 * @param age how long it had been running; never negative, and independent of changes of the wall clock
 */
public record RunningTask(long id, String name, Instant start, Duration age) {}
