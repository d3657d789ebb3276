// SPDX-License-Identifier: Apache-2.0
/** A shop on Quarkus, which ships orders in the background and loses none when it stops. */
@NullMarked
package io.reactivetracker.examples.quarkus;

import org.jspecify.annotations.NullMarked;
