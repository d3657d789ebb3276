// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

/** The types of publisher that a source can be. */
enum Kind {
    FLUX,
    MONO,
    GROUPED_FLUX
}
