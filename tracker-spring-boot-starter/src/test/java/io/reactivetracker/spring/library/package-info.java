// SPDX-License-Identifier: Apache-2.0
/** A library's code, for the tests that count subscriptions by their caller. */
@NullMarked
package io.reactivetracker.spring.library;

import org.jspecify.annotations.NullMarked;
