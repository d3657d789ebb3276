// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

/** How a consumer requests elements. */
public enum Demand {
    UNBOUNDED,
    ONE_BY_ONE,
    TWO_AND_NO_MORE,
    LATER,
    NEVER,
    ZERO,
    NEGATIVE
}
