// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.group.TaskGroupBuilder;

/**
 * Says how the application's {@link io.reactivetracker.group.TaskGroup} is to be, before it is made.
 *
 * <pre>{@code
 * @Bean
 * TaskGroupCustomizer retries() {
 *     return builder -> builder.onError(ErrorPolicy.retry(3, Backoff.fixed(Duration.ofSeconds(1))));
 * }
 * }</pre>
 *
 * <p>All beans of this type are called in their order, after the properties were applied. They are not asked if the
 * application has made its groups itself.
 */
@FunctionalInterface
public interface TaskGroupCustomizer {

    /**
     * Called once, before the group is made.
     *
     * @param builder the group's
     */
    void customize(TaskGroupBuilder builder);
}
