// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

/** Where the shutdown of an application context stands. */
enum ShutdownState {
    /** It has not begun. */
    RUNNING,
    /** The context is closed, and the drain has not begun: the web server ends its requests first. */
    STOPPING,
    /** The groups and trackers drain. */
    DRAINING,
    /** The drain is over, whether all tasks have ended or not. The application stops the rest of its beans. */
    OVER
}
