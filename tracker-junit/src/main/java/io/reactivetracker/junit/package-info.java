// SPDX-License-Identifier: Apache-2.0
/** A JUnit extension that fails a test which leaves subscriptions running. */
@NullMarked
package io.reactivetracker.junit;

import org.jspecify.annotations.NullMarked;
