// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.group.Admission;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** What the properties say of the application's group. */
final class GroupProperties {

    private static final String UNNAMED = "application";

    private GroupProperties() {}

    /** Its own name, or else that of the application, or else a plain one. */
    static String name(ReactiveTrackerProperties properties, Environment environment) {
        String name = properties.name();
        if (name == null) {
            String application = environment.getProperty("spring.application.name");
            return StringUtils.hasText(application) ? application : UNNAMED;
        }
        if (!StringUtils.hasText(name)) {
            throw invalid("name", name, "It must not be blank: leave it out to have the name of the application.");
        }
        return name;
    }

    static Admission admission(ReactiveTrackerProperties properties) {
        Integer concurrency = properties.concurrency();
        Integer queue = properties.queue();
        if (concurrency == null) {
            if (queue != null) {
                throw invalid("queue", queue, "Nothing waits unless reactive-tracker.concurrency is set, too.");
            }
            return Admission.unlimited();
        }
        if (concurrency < 1) {
            throw invalid("concurrency", concurrency, "It must be positive: leave it out for no limit.");
        }
        if (queue == null) {
            return Admission.concurrency(concurrency);
        }
        if (queue < 0) {
            throw invalid("queue", queue, "It must not be negative: 0 is for none, leave it out for no limit.");
        }
        return Admission.concurrency(concurrency, queue);
    }

    private static InvalidConfigurationPropertyValueException invalid(
            String property, @Nullable Object value, String reason) {
        return new InvalidConfigurationPropertyValueException("reactive-tracker." + property, value, reason);
    }
}
