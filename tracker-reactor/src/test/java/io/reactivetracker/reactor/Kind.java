// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

/** The types of publisher of a {@link ScriptedSource}. */
enum Kind {
    FLUX,
    MONO,
    GROUPED_FLUX
}
