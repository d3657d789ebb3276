// SPDX-License-Identifier: Apache-2.0
/** A page on the management port that shows the running tasks of the server, and its drain. */
@NullMarked
package io.reactivetracker.examples.shutdown.live;

import org.jspecify.annotations.NullMarked;
