// SPDX-License-Identifier: Apache-2.0
/**
 * Extension functions that track pipelines of RxJava and keep their type. They need the module {@code tracker-rxjava}.
 */
@NullMarked
package io.reactivetracker.kotlin.rxjava;

import org.jspecify.annotations.NullMarked;
