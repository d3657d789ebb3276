// SPDX-License-Identifier: Apache-2.0
/** Code that an application uses, for the tests of subscriptions that are counted by who makes them. */
@NullMarked
package io.reactivetracker.spring.library;

import org.jspecify.annotations.NullMarked;
