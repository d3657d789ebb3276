// SPDX-License-Identifier: Apache-2.0
/** Measures what the library costs, next to its peers, and reports it. */
@NullMarked
package io.reactivetracker.benchmarks;

import org.jspecify.annotations.NullMarked;
