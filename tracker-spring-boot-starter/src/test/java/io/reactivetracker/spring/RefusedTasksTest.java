// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.TaskHandle;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.error.ErrorWebFluxAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import reactor.core.publisher.Mono;

/** Requests whose tasks are refused, to a real Netty with WebFlux and a real Tomcat with Spring MVC. */
@ExtendWith(OutputCaptureExtension.class)
class RefusedTasksTest {

    @ParameterizedTest
    @EnumSource
    void aTaskOfAClosedGroupIsAnswered503AndWhenToTryAgain(Server server, CapturedOutput log) throws Exception {
        try (ConfigurableApplicationContext context = server.start()) {
            assertThat(post(context, "/orders").statusCode()).isEqualTo(202);
            assertThat(context.getBean(TaskGroup.class).close()).isTrue();
            assertIsRefused(post(context, "/orders"), "5");
            assertIsRefused(post(context, "/joined"), "5");
            assertIsRefused(post(context, "/future"), "5");
        }
        assertThat(log).doesNotContain("ERROR").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @EnumSource
    void soIsOneOfACancelledGroup(Server server) throws Exception {
        try (ConfigurableApplicationContext context = server.start()) {
            assertThat(context.getBean(TaskGroup.class).cancel()).isTrue();
            assertIsRefused(post(context, "/orders"), "5");
            assertIsRefused(post(context, "/joined"), "5");
        }
    }

    @ParameterizedTest
    @EnumSource
    void soIsOneForWhichThereIsNoPlace(Server server) throws Exception {
        try (ConfigurableApplicationContext context =
                server.start("--reactive-tracker.concurrency=1", "--reactive-tracker.max-queued=0")) {
            TaskHandle<?> running = spawn(context.getBean(TaskGroup.class), Mono.never());
            assertIsRefused(post(context, "/joined"), "5");
            assertThat(running.abort()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void soIsAStrictOneOfAClosedTracker(Server server) throws Exception {
        try (ConfigurableApplicationContext context = server.start()) {
            assertThat(context.getBean(TaskTracker.class).close()).isTrue();
            assertIsRefused(post(context, "/strict"), "5");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theTimeIsAPropertyInWholeSecondsRoundedUp(Server server) throws Exception {
        try (ConfigurableApplicationContext context = server.start("--reactive-tracker.web.retry-after=1500ms")) {
            assertThat(context.getBean(TaskGroup.class).close()).isTrue();
            assertIsRefused(post(context, "/orders"), "2");
        }
        try (ConfigurableApplicationContext context = server.start("--reactive-tracker.web.retry-after=30")) {
            assertThat(context.getBean(TaskGroup.class).close()).isTrue();
            assertIsRefused(post(context, "/orders"), "30");
        }
    }

    @ParameterizedTest
    @EnumSource
    void otherErrorsAreLeftToOthers(Server server) throws Exception {
        try (ConfigurableApplicationContext context = server.start()) {
            HttpResponse<Void> answer = post(context, "/bug");
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.headers().firstValue("Retry-After")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anExceptionHandlerOfTheApplicationWins(Server server) throws Exception {
        try (ConfigurableApplicationContext context = server.startWith(Advice.class)) {
            assertThat(context.getBean(TaskGroup.class).close()).isTrue();
            assertThat(post(context, "/orders").statusCode()).isEqualTo(409);
        }
    }

    @Test
    void soDoesAWebExceptionHandlerOfTheApplication() throws Exception {
        try (ConfigurableApplicationContext context = Server.NETTY.startWith(OwnHandler.class)) {
            assertThat(context.getBean(TaskGroup.class).close()).isTrue();
            assertThat(post(context, "/orders").statusCode()).isEqualTo(409);
        }
    }

    @Test
    void soDoesAnExceptionResolverOfTheApplication() throws Exception {
        try (ConfigurableApplicationContext context = Server.TOMCAT.startWith(OwnResolver.class)) {
            assertThat(context.getBean(TaskGroup.class).close()).isTrue();
            assertThat(post(context, "/orders").statusCode()).isEqualTo(409);
        }
    }

    @Test
    void theConnectionEndsWithTheAnswerOnceTheApplicationStops() {
        RefusedTasks stopping = new RefusedTasks(Duration.ofSeconds(5), () -> true);
        TaskCancelledException refusal = new TaskCancelledException(null);

        MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.post("/orders"));
        new RefusedTasksWebExceptionHandler(stopping).handle(exchange, refusal).block();
        assertThat(exchange.getResponse().getHeaders().getConnection()).containsExactly("close");

        MockHttpServletResponse response = new MockHttpServletResponse();
        assertThat(new RefusedTasksExceptionResolver(stopping)
                        .resolveException(new MockHttpServletRequest(), response, null, refusal))
                .isNotNull();
        assertThat(response.getHeaders("Connection")).containsExactly("close");
    }

    private static void assertIsRefused(HttpResponse<Void> answer, String retryAfter) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().allValues("Retry-After")).containsExactly(retryAfter);
    }

    private static HttpResponse<Void> post(ConfigurableApplicationContext context, String path)
            throws IOException, InterruptedException {
        String port = Objects.requireNonNull(context.getEnvironment().getProperty("local.server.port"));
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
    }

    enum Server {
        NETTY(WebApplicationType.REACTIVE, WebFlux.class),
        TOMCAT(WebApplicationType.SERVLET, WebMvc.class);

        private final WebApplicationType type;
        private final Class<?> configuration;

        Server(WebApplicationType type, Class<?> configuration) {
            this.type = type;
            this.configuration = configuration;
        }

        ConfigurableApplicationContext start(String... arguments) {
            return new SpringApplicationBuilder(configuration).web(type).run(withPort(arguments));
        }

        ConfigurableApplicationContext startWith(Class<?> more) {
            return new SpringApplicationBuilder(more, configuration).web(type).run(withPort());
        }

        private static String[] withPort(String... arguments) {
            String[] all = new String[arguments.length + 2];
            all[0] = "--server.port=0";
            all[1] = "--server.address=127.0.0.1";
            System.arraycopy(arguments, 0, all, 2, arguments.length);
            return all;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ReactiveTrackerAutoConfiguration.class, RefusedTasksAutoConfiguration.class})
    @Import(Orders.class)
    static class Beans {

        @Bean
        TaskTracker imports() {
            return TaskTracker.create("imports");
        }
    }

    @RestController
    static class Orders {

        private final TaskGroup group;
        private final TaskTracker imports;

        Orders(TaskGroup group, TaskTracker imports) {
            this.group = group;
            this.imports = imports;
        }

        @PostMapping("/orders")
        @ResponseStatus(HttpStatus.ACCEPTED)
        void order() {
            TaskHandle<?> unused = spawn(group, Mono.empty());
        }

        @PostMapping("/joined")
        Mono<String> joined() {
            return Mono.just("shipped").transform(trackWith(group));
        }

        @PostMapping("/future")
        CompletableFuture<String> future() {
            return CompletableFuture.supplyAsync(
                    () -> group.submit(TaskOptions.named("ship"), task -> CompletableFuture.completedFuture("shipped"))
                            .join());
        }

        @PostMapping("/strict")
        Mono<String> strict() {
            return Mono.just("imported").transform(trackWith(imports, TaskOptions.strict()));
        }

        @PostMapping("/bug")
        String bug() {
            throw new IllegalStateException("a bug");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import({Beans.class, FluxServer.class})
    static class WebFlux {}

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        NettyReactiveWebServerAutoConfiguration.class,
        HttpHandlerAutoConfiguration.class,
        WebFluxAutoConfiguration.class,
        ErrorWebFluxAutoConfiguration.class
    })
    static class FluxServer {}

    @Configuration(proxyBeanMethods = false)
    @Import({Beans.class, MvcServer.class})
    static class WebMvc {}

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        TomcatServletWebServerAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        WebMvcAutoConfiguration.class,
        ErrorMvcAutoConfiguration.class
    })
    static class MvcServer {}

    @RestControllerAdvice
    static class Advice {

        @ExceptionHandler
        @ResponseStatus(HttpStatus.CONFLICT)
        void refuse(IllegalStateException closed) {}
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnHandler {

        @Bean
        @Order(-2)
        WebExceptionHandler handler() {
            return (exchange, failure) -> {
                exchange.getResponse().setStatusCode(HttpStatusCode.valueOf(409));
                return exchange.getResponse().setComplete();
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnResolver {

        @Bean
        HandlerExceptionResolver resolver() {
            return (request, response, handler, failure) -> {
                response.setStatus(409);
                return new ModelAndView();
            };
        }
    }
}
