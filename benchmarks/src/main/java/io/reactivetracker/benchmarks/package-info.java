// SPDX-License-Identifier: Apache-2.0
/** Measures the cost of the library, compared with its peers, and reports it. */
@NullMarked
package io.reactivetracker.benchmarks;

import org.jspecify.annotations.NullMarked;
