// SPDX-License-Identifier: Apache-2.0
/** An application with background work, for the tests that count it on real servers. */
@NullMarked
package io.reactivetracker.spring.background;

import org.jspecify.annotations.NullMarked;
