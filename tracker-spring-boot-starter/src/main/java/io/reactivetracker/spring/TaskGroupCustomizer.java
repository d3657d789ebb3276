// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.group.TaskGroupBuilder;

/**
 * Customizes the builder of the application's {@link io.reactivetracker.group.TaskGroup}.
 *
 * <pre>{@code
 * @Bean
 * TaskGroupCustomizer retries() {
 *     return builder -> builder.onError(ErrorPolicy.retry(3, Backoff.fixed(Duration.ofSeconds(1))));
 * }
 * }</pre>
 *
 * <p>All beans of this type are called in their order, after the properties were applied. None is called if the
 * application defines its own groups.
 */
@FunctionalInterface
public interface TaskGroupCustomizer {

    /**
     * Customizes the builder. Called once, before the group is created.
     *
     * @param builder the builder of the group
     */
    void customize(TaskGroupBuilder builder);
}
