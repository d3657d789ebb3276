// SPDX-License-Identifier: Apache-2.0
/** A page on the management port that shows what the server works on, and lets one watch it drain. */
@NullMarked
package io.reactivetracker.examples.shutdown.live;

import org.jspecify.annotations.NullMarked;
