// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskTimer;
import io.reactivetracker.reactor.ReactorGroups;
import io.reactivetracker.spring.ReactiveTrackerAutoConfiguration;
import io.reactivetracker.spring.TaskGroupCustomizer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The code that the documentation shows for Spring Boot. */
class OrdersTest {

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();

    @Test
    void areShippedByTheGroupAsTheCustomizerSays() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ReactiveTrackerAutoConfiguration.class))
                .withUserConfiguration(Retries.class)
                .withBean(Orders.class)
                .withBean(TaskTimer.class, () -> ReactorGroups.timer(clock))
                .run(context -> {
                    Orders orders = context.getBean(Orders.class);
                    TaskGroup group = context.getBean(TaskGroup.class);
                    orders.accept(new Orders.Order("17"));
                    assertThat(group.figures().pending()).isEqualTo(1);
                    clock.advanceTimeBy(Duration.ofSeconds(1));
                    assertThat(orders.shipped).containsExactly("failed 17", "17");
                    assertThat(group.figures().succeeded()).isEqualTo(1);
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class Retries {

        // spotless:off
        @Bean
        TaskGroupCustomizer retries() {
            return builder -> builder.onError(ErrorPolicy.retry(3, Backoff.fixed(Duration.ofSeconds(1))));
        }
        // spotless:on
    }
}
