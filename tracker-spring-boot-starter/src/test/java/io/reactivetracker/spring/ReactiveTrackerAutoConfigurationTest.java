// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskTimeoutException;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskRejectedException;
import io.reactivetracker.reactor.ReactorTracking;
import io.reactivetracker.reactor.TaskHandle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.context.annotation.UserConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class ReactiveTrackerAutoConfigurationTest {

    private static final AutoConfigurations STARTER =
            AutoConfigurations.of(LifecycleAutoConfiguration.class, ReactiveTrackerAutoConfiguration.class);

    private final ApplicationContextRunner application = new ApplicationContextRunner().withConfiguration(STARTER);

    @Test
    void anApplicationHasAGroupWithoutDoingAnything() {
        application.run(context -> {
            assertThat(context).hasSingleBean(TaskGroup.class).hasSingleBean(DrainLifecycle.class);
            assertThat(context.getBean(TaskGroup.class).name()).isEqualTo("application");
        });
    }

    @Test
    void cancelledTasksAreLeftOutOfTheLogUnlessThatIsSwitchedOff() {
        application.run(context -> assertThat(context).hasSingleBean(QuietCancelledTasks.class));
        application
                .withPropertyValues("reactive-tracker.quiet-cancelled-tasks=false")
                .run(context -> assertThat(context).doesNotHaveBean(QuietCancelledTasks.class));
    }

    @Test
    void soHasAWebApplication() {
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(STARTER)
                .run(context -> assertThat(context).hasSingleBean(TaskGroup.class));
    }

    @Test
    void theGroupIsCalledWhatTheApplicationIs() {
        application
                .withPropertyValues("spring.application.name=shop")
                .run(context ->
                        assertThat(context.getBean(TaskGroup.class).name()).isEqualTo("shop"));
        application
                .withPropertyValues("spring.application.name= ")
                .run(context ->
                        assertThat(context.getBean(TaskGroup.class).name()).isEqualTo("application"));
    }

    @Test
    void theGroupCanHaveANameOfItsOwn() {
        application
                .withPropertyValues("spring.application.name=shop", "reactive-tracker.name=orders")
                .run(context ->
                        assertThat(context.getBean(TaskGroup.class).name()).isEqualTo("orders"));
    }

    @Test
    void allOfItCanBeSwitchedOff() {
        application
                .withPropertyValues("reactive-tracker.enabled=false")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(TaskGroup.class)
                        .doesNotHaveBean(DrainLifecycle.class)
                        .doesNotHaveBean(TrackedBeans.class)
                        .doesNotHaveBean(ReactiveTrackerProperties.class));
    }

    @Test
    void theShutdownAloneCanBeSwitchedOff() {
        application
                .withPropertyValues("reactive-tracker.shutdown.enabled=false")
                .run(context ->
                        assertThat(context).hasSingleBean(TaskGroup.class).doesNotHaveBean(DrainLifecycle.class));
    }

    @Test
    void groupsOfTheApplicationTakeThePlaceOfOurs() {
        application
                .withUserConfiguration(OwnGroups.class)
                .run(context -> assertThat(context).getBeans(TaskGroup.class).containsOnlyKeys("orders", "mails"));
    }

    @Test
    void aTrackerOfTheApplicationLeavesTheGroupAlone() {
        application
                .withBean("tracker", TaskTracker.class, TaskTracker::create)
                .run(context -> assertThat(context)
                        .hasSingleBean(TaskGroup.class)
                        .hasSingleBean(TaskTracker.class)
                        .hasSingleBean(DrainLifecycle.class));
    }

    @Test
    void soDoesAGroupOfAParentContext() {
        application.run(parent -> application
                .withParent(parent)
                .run(context -> assertThat(context.getBeanFactory().containsLocalBean("taskGroup"))
                        .isFalse()));
    }

    @Test
    void customizersComeInTheirOrderAndAfterTheProperties() {
        application
                .withPropertyValues("reactive-tracker.concurrency=1")
                .withConfiguration(UserConfigurations.of(Customizers.class))
                .run(context -> {
                    TaskGroup group = context.getBean(TaskGroup.class);
                    assertThat(context.getBean(Customizers.class).called).containsExactly("first", "second");
                    for (int task = 0; task < 2; task++) {
                        TaskHandle<?> unused = spawn(group, Mono.never());
                    }
                    assertThat(group.counts().active())
                            .as("as the customizer says")
                            .isEqualTo(2);
                    assertThat(group.cancel()).isTrue();
                });
    }

    @Test
    void aTimerOfTheApplicationIsTheClockOfTheGroup() {
        TaskTimer timer = ReactorTracking.timer(VirtualTimeScheduler.create());
        application
                .withBean(TaskTimer.class, () -> timer)
                .run(context ->
                        assertThat(context.getBean(TaskGroup.class).timer()).isSameAs(timer));
    }

    @Test
    void withSeveralTimersTheClockIsTheSystems() {
        application
                .withBean("one", TaskTimer.class, () -> ReactorTracking.timer(VirtualTimeScheduler.create()))
                .withBean("other", TaskTimer.class, () -> ReactorTracking.timer(VirtualTimeScheduler.create()))
                .run(context ->
                        assertThat(context.getBean(TaskGroup.class).timer()).isSameAs(TaskTimer.system()));
    }

    @Test
    void groupsAreMadeAtTheStartAlsoInAnApplicationThatIsLazy() {
        application
                .withUserConfiguration(OwnGroups.class)
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    assertThat(context.getBean(TrackedBeans.class).groups()).containsOnlyKeys("orders", "mails");
                    assertThat(context.getBean(DrainLifecycle.class).isRunning())
                            .isTrue();
                });
    }

    @Test
    void concurrencyLimitsHowManyTasksRun() {
        application.withPropertyValues("reactive-tracker.concurrency=2").run(context -> {
            TaskGroup group = context.getBean(TaskGroup.class);
            for (int task = 0; task < 3; task++) {
                TaskHandle<?> unused = spawn(group, Mono.never());
            }
            assertThat(group.counts().active()).isEqualTo(2);
            assertThat(group.counts().queued()).isEqualTo(1);
            assertThat(group.cancel()).isTrue();
        });
    }

    @Test
    void maxQueuedLimitsHowManyTasksWait() {
        application
                .withPropertyValues("reactive-tracker.concurrency=1", "reactive-tracker.max-queued=0")
                .run(context -> {
                    TaskGroup group = context.getBean(TaskGroup.class);
                    TaskHandle<?> unused = spawn(group, Mono.never());
                    StepVerifier.create(spawn(group, Mono.never()).join()).verifyError(TaskRejectedException.class);
                    assertThat(group.cancel()).isTrue();
                });
    }

    @Test
    void timeoutLimitsTheTimeOfEachTask() {
        application.withPropertyValues("reactive-tracker.timeout=5ms").run(context -> {
            TaskGroup group = context.getBean(TaskGroup.class);
            StepVerifier.create(spawn(group, Mono.never()).join())
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(TaskTimeoutException.class)
                            .hasMessageContaining("its limit is 5 ms"))
                    .verify();
            assertThat(group.counts().timedOut()).isOne();
        });
    }

    @ParameterizedTest
    @CsvSource({
        "name, '  ', It must not be blank",
        "concurrency, 0, It must be positive",
        "concurrency, -3, It must be positive",
        "timeout, 0s, It must be positive",
        "timeout, -1s, It must be positive",
        "max-queued, 5, No task waits unless reactive-tracker.concurrency is set",
        "shutdown.grace, -1s, It must not be negative",
        "shutdown.cancel-wait, -1ms, It must not be negative",
    })
    void aBadValueIsNamedWithItsPropertyAndWithWhatWouldBeRight(String property, String value, String reason) {
        application
                .withPropertyValues("reactive-tracker." + property + "=" + value)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, failure -> {
                            assertThat(failure.getName()).isEqualTo("reactive-tracker." + property);
                            assertThat(failure.getReason()).startsWith(reason).endsWith(".");
                        }));
    }

    @Test
    void maxQueuedIsNotNegative() {
        application
                .withPropertyValues("reactive-tracker.concurrency=1", "reactive-tracker.max-queued=-1")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                        .hasMessageContaining("reactive-tracker.max-queued")
                        .hasMessageContaining("It must not be negative"));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnGroups {

        @Bean
        TaskGroup orders() {
            return TaskGroup.builder("orders").build();
        }

        @Bean
        TaskGroup mails(TaskGroup orders) {
            return orders.child("mails");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {

        final List<String> called = new ArrayList<>();

        @Bean
        @Order(2)
        TaskGroupCustomizer second() {
            return builder -> {
                called.add("second");
                var unused = builder.admission(Admission.concurrency(2));
            };
        }

        @Bean
        @Order(1)
        TaskGroupCustomizer first() {
            return builder -> {
                called.add("first");
                var unused = builder.admission(Admission.concurrency(3));
            };
        }
    }
}
