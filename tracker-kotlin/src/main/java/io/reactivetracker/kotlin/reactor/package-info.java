// SPDX-License-Identifier: Apache-2.0
/**
 * Extension functions that track pipelines of Reactor and keep their type. They need {@code tracker-reactor}.
 */
@NullMarked
package io.reactivetracker.kotlin.reactor;

import org.jspecify.annotations.NullMarked;
