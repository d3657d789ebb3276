// SPDX-License-Identifier: Apache-2.0
/** An application's code, for the tests that count subscriptions by their caller. */
@NullMarked
package io.reactivetracker.spring.shop;

import org.jspecify.annotations.NullMarked;
