// SPDX-License-Identifier: Apache-2.0
/** Restarts three servers of the shop one after the other, behind a balancer and under load. */
@NullMarked
package io.reactivetracker.examples.restarts.demo;

import org.jspecify.annotations.NullMarked;
