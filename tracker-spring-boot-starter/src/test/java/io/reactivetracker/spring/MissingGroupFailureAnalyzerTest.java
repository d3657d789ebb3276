// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The failure analysis for an application that has no group to inject. */
@ExtendWith(OutputCaptureExtension.class)
class MissingGroupFailureAnalyzerTest {

    @Test
    void aStarterThatIsSwitchedOffIsNamedAsTheReason(CapturedOutput log) {
        assertThatThrownBy(() -> start("--reactive-tracker.enabled=false"))
                .hasRootCauseInstanceOf(NoSuchBeanDefinitionException.class);
        assertThat(log)
                .contains("APPLICATION FAILED TO START")
                .contains("io.reactivetracker.group.TaskGroup, which the starter does not create because"
                        + " reactive-tracker.enabled is false.")
                .contains("Remove reactive-tracker.enabled or set it to true");
    }

    @Test
    void aTrackerOfTheApplicationTakesTheGroupFromNobody() {
        try (ConfigurableApplicationContext context = start()) {
            assertThat(context.getBean(NeedsGroup.class).group()).isSameAs(context.getBean(TaskGroup.class));
        }
    }

    private static ConfigurableApplicationContext start(String... arguments) {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        return application.run(arguments);
    }

    record NeedsGroup(TaskGroup group) {}

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(ReactiveTrackerAutoConfiguration.class)
    static class Application {

        @Bean
        TaskTracker imports() {
            return TaskTracker.create("imports");
        }

        @Bean
        NeedsGroup needsGroup(TaskGroup group) {
            return new NeedsGroup(group);
        }
    }
}
