// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

/** The ways in which elements pass from a source to a subscriber. */
enum Mode {
    PLAIN,
    CONDITIONAL,
    SYNC,
    ASYNC
}
