// SPDX-License-Identifier: Apache-2.0
/**
 * Spring Boot auto-configuration that drains an application's background work before the application stops.
 *
 * <p>Inject the {@link io.reactivetracker.group.TaskGroup} and give tasks to it. Settings are below {@code
 * reactive-tracker.*}; a {@link io.reactivetracker.spring.TaskGroupCustomizer} configures the rest.
 */
@NullMarked
package io.reactivetracker.spring;

import org.jspecify.annotations.NullMarked;
