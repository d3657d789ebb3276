// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.step.StepMeterRegistry;
import io.micrometer.core.instrument.step.StepRegistryConfig;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.TaskHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.context.support.GenericApplicationContext;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What a registry that pushes its meters publishes for the last time, in applications of Spring Boot. */
@ExtendWith(OutputCaptureExtension.class)
class ClosingMeterRegistriesTest {

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final Sinks.Empty<Void> taskMayEnd = Sinks.empty();
    private @Nullable ConfigurableApplicationContext running;

    @AfterEach
    void close() {
        taskMayEnd.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        if (running != null) {
            running.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "spring.main.lazy-initialization=true"})
    void whatTheLastPublishSaysIncludesATaskThatEndedInTheDrain(String property) throws Exception {
        Recording registry = closeWhileATaskRuns(start(Application.class, property));
        assertThat(registry.published).containsExactly("issued 1, succeeded 1, client true");
        assertThat(events).containsExactly("task ended", "published", "client stopped", "client destroyed");
        assertThat(Metrics.globalRegistry.getRegistries()).doesNotContain(registry);
    }

    @Test
    void aDrainInTheLowestPhaseComesBeforeThePublish() throws Exception {
        ConfigurableApplicationContext context =
                start(Application.class, "reactive-tracker.shutdown.phase=" + Integer.MIN_VALUE);
        assertThat(closeWhileATaskRuns(context).published).containsExactly("issued 1, succeeded 1, client false");
    }

    @Test
    void aPropertyLeavesTheOrderToSpringBoot() throws Exception {
        ConfigurableApplicationContext context =
                start(Application.class, "reactive-tracker.shutdown.close-registries-last=false");
        Recording registry = closeWhileATaskRuns(context);
        assertThat(registry.published).containsExactly("issued 1, succeeded 0, client true");
        assertThat(events).startsWith("published", "task ended");
    }

    @Test
    void anApplicationThatDoesNotWaitForTasksKeepsTheOrderOfSpringBoot() {
        ConfigurableApplicationContext context = start(Application.class, "reactive-tracker.shutdown.enabled=false");
        assertThat(context.getBeansOfType(ClosingMeterRegistries.class)).isEmpty();
        context.close();
        assertThat(events).startsWith("published", "client stopped");
    }

    @Test
    void aGroupWithoutTasksIsNoDifference() {
        ConfigurableApplicationContext context = start(Application.class, "");
        Recording registry = context.getBean(Recording.class);
        context.close();
        context.close();
        assertThat(registry.published).containsExactly("issued 0, succeeded 0, client true");
        assertThat(events).containsExactly("published", "client stopped", "client destroyed");
    }

    @Test
    void aContextThatIsStoppedAndStartedAgainKeepsItsRegistries() {
        ConfigurableApplicationContext context = start(Application.class, "");
        Recording registry = context.getBean(Recording.class);
        context.stop();
        assertThat(registry.isClosed()).isFalse();
        context.start();
        context.stop();
        context.close();
        assertThat(registry.published).hasSize(1);
    }

    @Test
    void aDrainThatFailsOrRunsOutOfTimeIsFollowedByThePublish(CapturedOutput log) {
        ConfigurableApplicationContext context = start(
                Application.class, "reactive-tracker.shutdown.grace=0", "reactive-tracker.shutdown.cancel-wait=0");
        Recording registry = context.getBean(Recording.class);
        TaskHandle<?> unused =
                spawn(context.getBean(TaskGroup.class), Mono.never().doOnCancel(() -> {
                    throw new AssertionError("a cancel that fails");
                }));
        context.close();
        assertThat(registry.published).hasSize(1);
        assertThat(registry.isClosed()).isTrue();
        assertThat(log).contains("cancels 1 task");
    }

    @Test
    void aRegistryThatFailsHoldsNothingUp(CapturedOutput log) {
        ConfigurableApplicationContext context = start(Application.class, "");
        Recording registry = context.getBean(Recording.class);
        registry.failsToClose = true;
        context.close();
        assertThat(log).contains("the shutdown of the meter registries failed").contains("no connection");
        assertThat(events).containsSubsequence("client stopped", "client destroyed");
    }

    @Test
    void beansThatAreDestroyedWithoutAPhaseForTheDrainComeAfterThePublish() {
        ConfigurableApplicationContext context = start(WithoutPhases.class, "");
        Recording registry = context.getBean(Recording.class);
        context.close();
        assertThat(registry.published).hasSize(1);
        assertThat(Metrics.globalRegistry.getRegistries()).doesNotContain(registry);
    }

    @Test
    void aStartThatFailsClosesTheRegistries() {
        List<Recording> registries = new ArrayList<>();
        assertThatThrownBy(() -> start(
                        Application.class,
                        context ->
                                context.addApplicationListener((ApplicationListener<ContextRefreshedEvent>) event -> {
                                    registries.add(context.getBean(Recording.class));
                                    throw new IllegalStateException("no licence");
                                }),
                        ""))
                .hasMessageContaining("no licence");
        assertThat(registries).singleElement().satisfies(registry -> {
            assertThat(registry.published).hasSize(1);
            assertThat(registry.isClosed()).isTrue();
            assertThat(Metrics.globalRegistry.getRegistries()).doesNotContain(registry);
        });
    }

    @Test
    void theCloseOfAChildContextLeavesTheParentsRegistriesOpen() throws Exception {
        ConfigurableApplicationContext parent = start(Application.class, "");
        Recording ofParent = parent.getBean(Recording.class);
        ConfigurableApplicationContext child = new SpringApplicationBuilder(Application.class)
                .parent(parent)
                .initializers(withThisTest())
                .web(WebApplicationType.NONE)
                .run("--spring.jmx.enabled=false");
        Recording ofChild = child.getBean(Recording.class);
        assertThat(ofChild).isNotSameAs(ofParent);
        child.close();
        assertThat(ofChild.published).hasSize(1);
        assertThat(ofParent.isClosed()).isFalse();
        assertThat(ofParent.published).isEmpty();
        assertThat(closeWhileATaskRuns(parent).published).containsExactly("issued 1, succeeded 1, client true");
    }

    @Test
    void aContextWithoutRegistriesClosesAsBefore() {
        ConfigurableApplicationContext context = start(WithoutMetrics.class, "");
        assertThat(context.getBean(ClosingMeterRegistries.class).isRunning()).isFalse();
        context.close();
    }

    @Test
    void aBeanOfTheApplicationWithTheNameOfSpringBootsIsLeftAlone() {
        ConfigurableApplicationContext context = start(OwnCloser.class, "");
        assertThat(context.getBean(ClosingMeterRegistries.class).isRunning()).isFalse();
        context.close();
        assertThat(events).containsExactly("own closer");
    }

    private Recording closeWhileATaskRuns(ConfigurableApplicationContext context) throws Exception {
        Recording registry = context.getBean(Recording.class);
        TaskGroup group = context.getBean(TaskGroup.class);
        TaskHandle<?> unused =
                spawn(group, taskMayEnd.asMono().then(Mono.fromRunnable(() -> events.add("task ended"))));
        CompletableFuture<Void> closed = new CompletableFuture<>();
        new Thread(() -> {
                    context.close();
                    closed.complete(null);
                })
                .start();
        await().until(group::isClosed);
        taskMayEnd.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        closed.get();
        return registry;
    }

    private ConfigurableApplicationContext start(Class<?> application, String... properties) {
        return start(application, context -> {}, properties);
    }

    private ConfigurableApplicationContext start(
            Class<?> application,
            ApplicationContextInitializer<GenericApplicationContext> initializer,
            String... properties) {
        SpringApplication spring = new SpringApplication(application);
        spring.setWebApplicationType(WebApplicationType.NONE);
        // Longer than the slowest machine needs to end a task.
        spring.setDefaultProperties(Map.of("reactive-tracker.shutdown.grace", "10m"));
        spring.addInitializers(withThisTest(), initializer);
        List<String> arguments = new ArrayList<>();
        for (String property : properties) {
            arguments.add("--" + property);
        }
        running = spring.run(arguments.toArray(String[]::new));
        return running;
    }

    private ApplicationContextInitializer<GenericApplicationContext> withThisTest() {
        return context -> context.registerBean(ClosingMeterRegistriesTest.class, () -> this);
    }

    /** Publishes only when it is closed: its step is a day. */
    static class Recording extends StepMeterRegistry {

        private final List<String> published = new CopyOnWriteArrayList<>();
        private final List<String> events;
        volatile boolean failsToClose;

        Recording(List<String> events) {
            super(new Daily(), Clock.SYSTEM);
            this.events = events;
        }

        @Override
        protected void publish() {
            published.add("issued " + count("task.group.issued") + ", succeeded " + count("task.group.ended")
                    + ", client " + (get("client.running").gauge().value() == 1));
            events.add("published");
        }

        private long count(String meter) {
            return Math.round(find(meter).functionCounters().stream()
                    .filter(counter -> {
                        String outcome = counter.getId().getTag("outcome");
                        return outcome == null || outcome.equals("succeeded");
                    })
                    .mapToDouble(FunctionCounter::count)
                    .sum());
        }

        @Override
        public void close() {
            if (failsToClose) {
                failsToClose = false;
                throw new IllegalStateException("no connection");
            }
            super.close();
        }

        @Override
        protected TimeUnit getBaseTimeUnit() {
            return TimeUnit.SECONDS;
        }
    }

    private record Daily() implements StepRegistryConfig {

        @Override
        public String prefix() {
            return "recording";
        }

        @Override
        public Duration step() {
            return Duration.ofDays(1);
        }

        @Override
        public @Nullable String get(String key) {
            return null;
        }
    }

    /** A bean that tasks need, and that a gauge reads. */
    static final class Client implements Lifecycle, DisposableBean {

        private final List<String> events;
        private volatile boolean isRunning = true;

        Client(List<String> events) {
            this.events = events;
        }

        @Override
        public void start() {
            isRunning = true;
        }

        @Override
        public void stop() {
            isRunning = false;
            events.add("client stopped");
        }

        @Override
        public boolean isRunning() {
            return isRunning;
        }

        @Override
        public void destroy() {
            events.add("client destroyed");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        LifecycleAutoConfiguration.class,
        MetricsAutoConfiguration.class,
        CompositeMeterRegistryAutoConfiguration.class,
        ReactiveTrackerAutoConfiguration.class,
        TrackerMetricsAutoConfiguration.class
    })
    static class Application {

        @Bean
        TaskGroup group() {
            return TaskGroup.builder("orders").build();
        }

        @Bean
        Client client(ClosingMeterRegistriesTest test) {
            return new Client(test.events);
        }

        @Bean
        Recording registry(ClosingMeterRegistriesTest test, Client client) {
            Recording registry = new Recording(test.events);
            Gauge.builder("client.running", () -> client.isRunning() ? 1 : 0).register(registry);
            return registry;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithoutPhases extends Application {

        /** Stops no bean at all. */
        @Bean
        DefaultLifecycleProcessor lifecycleProcessor() {
            return new DefaultLifecycleProcessor() {
                @Override
                public void onClose() {
                    throw new IllegalStateException("broken");
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ReactiveTrackerAutoConfiguration.class, TrackerMetricsAutoConfiguration.class})
    static class WithoutMetrics {}

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ReactiveTrackerAutoConfiguration.class, TrackerMetricsAutoConfiguration.class})
    static class OwnCloser {

        @Bean(ClosingMeterRegistries.CLOSER)
        ApplicationListener<ContextClosedEvent> closer(ClosingMeterRegistriesTest test) {
            return new ApplicationListener<>() {
                @Override
                public void onApplicationEvent(ContextClosedEvent event) {
                    test.events.add("own closer");
                }
            };
        }
    }
}
