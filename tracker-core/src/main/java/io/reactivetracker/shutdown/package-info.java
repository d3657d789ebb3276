// SPDX-License-Identifier: Apache-2.0
/**
 * Stops an application in named phases within one budget, with or without a framework.
 *
 * <p>A {@link io.reactivetracker.shutdown.ShutdownPlan} has the phases. {@link io.reactivetracker.shutdown.JvmShutdown}
 * runs a plan when the virtual machine is told to stop.
 */
@NullMarked
package io.reactivetracker.shutdown;

import org.jspecify.annotations.NullMarked;
