// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

/** The types of Mutiny. */
enum Kind {
    UNI,
    MULTI
}
