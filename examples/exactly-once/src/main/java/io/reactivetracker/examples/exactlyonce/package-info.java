// SPDX-License-Identifier: Apache-2.0
/** Payments that three processes are asked for at once: each is made once, although one process is killed and one paused. */
@NullMarked
package io.reactivetracker.examples.exactlyonce;

import org.jspecify.annotations.NullMarked;
