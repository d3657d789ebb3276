// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.group.Admission;
import io.reactivetracker.group.TaskGroupBuilder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** Reads the settings of the application's group from the properties. */
final class GroupProperties {

    private static final String UNNAMED = "application";

    private GroupProperties() {}

    /** Returns the configured name, or else the name of the application, or else a default. */
    static String name(ReactiveTrackerProperties properties, Environment environment) {
        String name = properties.name();
        if (name == null) {
            String application = environment.getProperty("spring.application.name");
            return StringUtils.hasText(application) ? application : UNNAMED;
        }
        if (!StringUtils.hasText(name)) {
            throw invalid("name", name, "It must not be blank; without it the group has the name of the application.");
        }
        return name;
    }

    static Admission admission(ReactiveTrackerProperties properties) {
        Integer concurrency = properties.concurrency();
        Integer maxQueued = properties.maxQueued();
        if (concurrency == null) {
            if (maxQueued != null) {
                throw invalid(
                        "max-queued", maxQueued, "No task waits unless reactive-tracker.concurrency is set, too.");
            }
            return Admission.unlimited();
        }
        if (concurrency < 1) {
            throw invalid("concurrency", concurrency, "It must be positive; without it there is no limit.");
        }
        if (maxQueued == null) {
            return Admission.concurrency(concurrency);
        }
        if (maxQueued < 0) {
            throw invalid("max-queued", maxQueued, "It must not be negative; without it there is no limit.");
        }
        return Admission.concurrency(concurrency, maxQueued);
    }

    /** Sets the time limit of the group's tasks, if one is configured. */
    static void limitTime(ReactiveTrackerProperties properties, TaskGroupBuilder builder) {
        Duration timeout = properties.timeout();
        if (timeout == null) {
            return;
        }
        if (timeout.isZero() || timeout.isNegative()) {
            throw invalid("timeout", timeout, "It must be positive, for example 30s; without it there is no limit.");
        }
        builder.timeout(timeout);
    }

    private static InvalidConfigurationPropertyValueException invalid(
            String property, @Nullable Object value, String reason) {
        return new InvalidConfigurationPropertyValueException("reactive-tracker." + property, value, reason);
    }
}
