// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.spring.BackgroundRunner.beginToClose;
import static io.reactivetracker.spring.BackgroundRunner.group;
import static io.reactivetracker.spring.BackgroundRunner.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.spring.background.BackgroundShop;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.core.task.TaskExecutor;

/** Background work of requests to a real Netty with WebFlux and a real Tomcat with Spring MVC. */
@ExtendWith(OutputCaptureExtension.class)
class BackgroundServerTest {

    @ParameterizedTest
    @CsvSource({"REACTIVE, false", "REACTIVE, true", "SERVLET, false", "SERVLET, true"})
    void allBackgroundWorkIsNamedAndAwaited(WebApplicationType type, boolean virtual, CapturedOutput log)
            throws Exception {
        assumeTrue(!virtual || JRE.currentJre().compareTo(JRE.JAVA_21) >= 0, "virtual threads came with JDK 21");
        try (ConfigurableApplicationContext context = start(type, virtual)) {
            BackgroundShop.Hands hands = context.getBean(BackgroundShop.Hands.class);
            hands.begun.acquire();
            assertThat(order(context)).isEqualTo(202);
            hands.begun.acquire(3);
            assertThat(names(context))
                    .hasSize(4)
                    .contains("Shipping.cleanUp", "Shipping.ship", "Shipping.onOrder")
                    .anyMatch(name -> name.matches("BackgroundShop\\$Orders\\.accept:\\d+"));
            assertThat(hands.threads)
                    .hasSize(4)
                    .allMatch(thread -> thread.getClass().getName().contains("Virtual") == virtual);
            TaskGroup group = group(context);
            CompletableFuture<Void> closed = beginToClose(context);
            assertThat(closed).isNotDone();
            assertThat(hands.done).isEmpty();
            hands.mayEnd.release(4);
            closed.get();
            assertThat(hands.done).containsExactlyInAnyOrder("scheduled", "async", "event", "executor");
            // With virtual threads, WebFlux calls the handler of the request on the same executor.
            assertThat(group.counts().succeeded()).isGreaterThanOrEqualTo(4);
            assertThat(log).containsPattern("INFO .*group \"background\" drained in .*: 4 completed, 0 failed, 0 ");
        }
    }

    /** The multicaster runs all listeners on the executor, and Spring does not say which one a task calls. */
    @Test
    void eventsOfAMulticasterWithTheExecutorAreCounted() {
        new ApplicationContextRunner()
                .withUserConfiguration(Multicaster.class)
                .withPropertyValues("reactive-tracker.background.enabled=true")
                .run(context -> {
                    Listener listener = context.getBean(Listener.class);
                    context.publishEvent("an order");
                    CompletableFuture<Void> closed = beginToClose(context.getSourceApplicationContext());
                    assertThat(closed).isNotDone();
                    listener.mayEnd.complete(null);
                    closed.get();
                    assertThat(listener.heard).isCompletedWithValue("an order");
                });
    }

    private static ConfigurableApplicationContext start(WebApplicationType type, boolean virtual) {
        Class<?> server = type == WebApplicationType.REACTIVE ? WebFlux.class : WebMvc.class;
        return new SpringApplicationBuilder(server)
                .web(type)
                .run(
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--spring.threads.virtual.enabled=" + virtual,
                        "--reactive-tracker.background.enabled=true");
    }

    private static int order(ConfigurableApplicationContext context) throws Exception {
        String port = Objects.requireNonNull(context.getEnvironment().getProperty("local.server.port"));
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/orders"))
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        LifecycleAutoConfiguration.class,
        TaskExecutionAutoConfiguration.class,
        TaskSchedulingAutoConfiguration.class,
        ReactiveTrackerAutoConfiguration.class,
        BackgroundAutoConfiguration.class
    })
    static class Beans {}

    @Configuration(proxyBeanMethods = false)
    @Import({Beans.class, BackgroundShop.class, RefusedTasksTest.FluxServer.class})
    static class WebFlux {}

    @Configuration(proxyBeanMethods = false)
    @Import({Beans.class, BackgroundShop.class, RefusedTasksTest.MvcServer.class})
    static class WebMvc {}

    @Configuration(proxyBeanMethods = false)
    @Import(Beans.class)
    static class Multicaster {

        @Bean
        ApplicationEventMulticaster applicationEventMulticaster(TaskExecutor executor) {
            SimpleApplicationEventMulticaster multicaster = new SimpleApplicationEventMulticaster();
            multicaster.setTaskExecutor(executor);
            return multicaster;
        }

        @Bean
        Listener listener() {
            return new Listener();
        }
    }

    static class Listener {

        final CompletableFuture<Void> mayEnd = new CompletableFuture<>();
        final CompletableFuture<String> heard = new CompletableFuture<>();

        @EventListener
        void on(String event) {
            mayEnd.join();
            heard.complete(event);
        }
    }
}
