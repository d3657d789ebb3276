// SPDX-License-Identifier: Apache-2.0
/** Fixtures for tests: a timer that a test moves, and the contract that every {@code RecordStore} passes. */
@NullMarked
package io.reactivetracker.test;

import org.jspecify.annotations.NullMarked;
