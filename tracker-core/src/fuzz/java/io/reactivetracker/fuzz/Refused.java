// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

/** The reference's exception for a closed or cancelled group. */
public final class Refused extends IllegalStateException {

    private static final long serialVersionUID = 1L;
}
