// SPDX-License-Identifier: Apache-2.0
/** An application's code, for the tests of subscriptions that are counted by who makes them. */
@NullMarked
package io.reactivetracker.spring.shop;

import org.jspecify.annotations.NullMarked;
