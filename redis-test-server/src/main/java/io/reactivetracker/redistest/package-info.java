// SPDX-License-Identifier: Apache-2.0
/** A real Redis server for the tests and the examples. */
@NullMarked
package io.reactivetracker.redistest;

import org.jspecify.annotations.NullMarked;
