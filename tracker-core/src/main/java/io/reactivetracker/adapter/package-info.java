// SPDX-License-Identifier: Apache-2.0
/**
 * What an adapter for a reactive library is built on: subscriptions that can be cancelled from outside, and the tasks of groups.
 *
 * <p>The adapters of this project for Reactor and RxJava use nothing else of the core but its public API, so an adapter for
 * another library can do what they do. Applications need none of this.
 */
@NullMarked
package io.reactivetracker.adapter;

import org.jspecify.annotations.NullMarked;
