// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.group.TaskGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

/** Invalid values: the start fails, and the message names the property, the value, and the valid values. */
@ExtendWith(OutputCaptureExtension.class)
class RefusedPropertiesTest {

    private static final AutoConfigurations STARTER = AutoConfigurations.of(
            ReactiveTrackerAutoConfiguration.class,
            RefusedTasksAutoConfiguration.class,
            TrackSubscriptionsAutoConfiguration.class,
            TrackerMetricsAutoConfiguration.class);

    private final ApplicationContextRunner application = new ApplicationContextRunner().withConfiguration(STARTER);

    @ParameterizedTest
    @CsvSource({
        "reactive-tracker.enabled, maybe, It must be true or false.",
        "reactive-tracker.shutdown.enabled, maybe, It must be true or false.",
        "reactive-tracker.shutdown.close-registries-last, maybe, It must be true or false.",
        "reactive-tracker.track-subscriptions, maybe, It must be true or false.",
        "reactive-tracker.shutdown.grace, 10, 'It has no unit and would be 10 milliseconds: write 10s or 10ms.'",
        "reactive-tracker.shutdown.cancel-wait, 300, 'It has no unit and would be 300 milliseconds'",
        "reactive-tracker.shutdown.grace, -1s, It must not be negative",
    })
    void aValueThatCanNotBeMeantFailsTheStart(String property, String value, String reason, CapturedOutput log) {
        SpringApplication spring = new SpringApplication(Application.class);
        spring.setWebApplicationType(WebApplicationType.NONE);
        assertThatThrownBy(() -> spring.run("--" + property + "=" + value)).isNotNull();
        assertThat(log)
                .contains("APPLICATION FAILED TO START")
                .contains("Invalid value '" + value + "' for configuration property '" + property + "'")
                .contains(reason)
                .doesNotContain("at io.reactivetracker");
    }

    @Test
    void aNegativeTimeForClientsFailsTheStart() {
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(STARTER)
                .withPropertyValues("reactive-tracker.web.retry-after=-1")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("reactive-tracker.web.retry-after"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0s", "10ms", "10s", "1m", "PT10S"})
    void aTimeWithAUnitAndZeroAreFine(String time) {
        application
                .withPropertyValues(
                        "reactive-tracker.shutdown.grace=" + time, "reactive-tracker.shutdown.cancel-wait=0")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "TRUE", "on", "yes", "1"})
    void allThatSpringTakesForTrueIsTrue(String value) {
        application
                .withPropertyValues("reactive-tracker.enabled=" + value, "reactive-tracker.shutdown.enabled=" + value)
                .run(context ->
                        assertThat(context).hasSingleBean(TaskGroup.class).hasSingleBean(DrainLifecycle.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "off", "no", "0"})
    void allThatSpringTakesForFalseIsFalse(String value) {
        application
                .withPropertyValues("reactive-tracker.enabled=" + value)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TaskGroup.class));
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        ReactiveTrackerAutoConfiguration.class,
        TrackSubscriptionsAutoConfiguration.class,
        TrackerMetricsAutoConfiguration.class
    })
    static class Application {}
}
