// SPDX-License-Identifier: Apache-2.0
/**
 * Lets a Spring Boot application end its background work before it stops.
 *
 * <p>There is nothing to call: inject the {@link io.reactivetracker.group.TaskGroup} and give tasks to it. What can be set is
 * under {@code reactive-tracker.*}, and {@link io.reactivetracker.spring.TaskGroupCustomizer} is for what can't be said there.
 */
@NullMarked
package io.reactivetracker.spring;

import org.jspecify.annotations.NullMarked;
