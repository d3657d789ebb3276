// SPDX-License-Identifier: Apache-2.0
/** Payments that three processes make at the same time, each exactly once, although one is killed and one paused. */
@NullMarked
package io.reactivetracker.examples.exactlyonce;

import org.jspecify.annotations.NullMarked;
