// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.micrometer.ObservedTracking;
import io.reactivetracker.micrometer.TaskGroupMetrics;
import io.reactivetracker.reactor.TaskHandle;
import io.reactivetracker.recorder.TaskRecorder;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;

class TrackerMetricsAutoConfigurationTest {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ReactiveTrackerAutoConfiguration.class,
                    TrackerMetricsAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    SimpleMetricsExportAutoConfiguration.class,
                    ObservationAutoConfiguration.class));

    @Test
    void theGroupHasMetersWithoutDoingAnything() {
        application.withPropertyValues("reactive-tracker.name=shop").run(context -> {
            TaskGroup group = context.getBean(TaskGroup.class);
            TaskHandle<?> task = spawn(group, Mono.never());
            assertThat(active(context.getBean(MeterRegistry.class), "group", "shop"))
                    .isEqualTo(1);
            TaskHandle<?> another = spawn(group.child("mails"), Mono.never());
            assertThat(active(context.getBean(MeterRegistry.class), "group", "shop/mails"))
                    .isEqualTo(1);
            task.abort();
            another.abort();
        });
    }

    @Test
    void eachGroupAndTrackerOfTheApplicationHasThemOnce() {
        application.withUserConfiguration(Own.class).run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            TaskHandle<?> mail = spawn(context.getBean("mails", TaskGroup.class), Mono.never());
            TaskToken token = context.getBean(TaskTracker.class).token();
            assertThat(active(registry, "group", "orders")).isZero();
            assertThat(active(registry, "group", "orders/mails")).isEqualTo(1);
            assertThat(active(registry, "tracker", "imports")).isEqualTo(1);
            assertThat(registry.find("task.group.active").gauges()).hasSize(2);
            mail.abort();
            token.close();
        });
    }

    @Test
    void eachRecorderOfTheApplicationHasThemUnderTheNameOfItsBean() {
        application
                .withBean("payments", TaskRecorder.class, () -> TaskRecorder.create())
                .withBean("refunds", TaskRecorder.class, () -> TaskRecorder.create())
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    TaskRecorder<?> payments = context.getBean("payments", TaskRecorder.class);
                    assertThat(payments.ownCounts().begun()).isZero();
                    assertThat(registry.find("task.recorder.active").gauges())
                            .extracting(gauge -> gauge.getId().getTag("recorder"))
                            .containsExactlyInAnyOrder("payments", "refunds");
                });
    }

    @Test
    void withoutTheRecorderTheOthersHaveThemAllTheSame() {
        application
                .withClassLoader(new FilteredClassLoader(TaskRecorder.class))
                .run(context -> assertThat(context.getBean(MeterRegistry.class)
                                .find("task.group.active")
                                .gauges())
                        .hasSize(1));
    }

    @Test
    void metersCanBeSwitchedOffAsAnyCan() {
        application
                .withPropertyValues("management.metrics.enable.task=false")
                .run(context -> assertThat(context.getBean(MeterRegistry.class).getMeters())
                        .noneMatch(meter -> meter.getId().getName().startsWith("task.")));
    }

    @Test
    void itIsGoneWithTheRest() {
        application
                .withPropertyValues("reactive-tracker.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("taskTrackersMetrics"));
    }

    @Test
    void withoutMicrometerThereAreNone() {
        for (Class<?> missing : new Class<?>[] {MeterRegistry.class, TaskGroupMetrics.class}) {
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(
                            ReactiveTrackerAutoConfiguration.class, TrackerMetricsAutoConfiguration.class))
                    .withClassLoader(new FilteredClassLoader(missing))
                    .run(context -> assertThat(context)
                            .hasSingleBean(TaskGroup.class)
                            .doesNotHaveBean("taskTrackersMetrics")
                            .doesNotHaveBean(ObservedTracking.class));
        }
    }

    @Test
    void whereThereAreObservationsTasksCanBeSome() {
        application.run(context -> assertThat(context).hasSingleBean(ObservedTracking.class));
        application
                .withBean("own", ObservedTracking.class, () -> ObservedTracking.of(ObservationRegistry.create()))
                .run(context -> assertThat(context)
                        .hasSingleBean(ObservedTracking.class)
                        .hasBean("own"));
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ReactiveTrackerAutoConfiguration.class, TrackerMetricsAutoConfiguration.class))
                .run(context -> assertThat(context).doesNotHaveBean(ObservedTracking.class));
    }

    private static double active(MeterRegistry registry, String kind, String name) {
        return registry.get("task." + kind + ".active").tag(kind, name).gauge().value();
    }

    @Configuration(proxyBeanMethods = false)
    static class Own {

        @Bean
        TaskGroup orders() {
            return TaskGroup.builder("orders").build();
        }

        @Bean
        TaskGroup mails(TaskGroup orders) {
            return orders.child("mails");
        }

        @Bean
        TaskTracker imports() {
            return TaskTracker.create("imports");
        }
    }
}
