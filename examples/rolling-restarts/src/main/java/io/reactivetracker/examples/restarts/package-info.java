// SPDX-License-Identifier: Apache-2.0
/** A shop that runs in several processes over one Redis. */
@NullMarked
package io.reactivetracker.examples.restarts;

import org.jspecify.annotations.NullMarked;
