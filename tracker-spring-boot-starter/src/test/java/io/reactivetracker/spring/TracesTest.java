// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.springframework.web.reactive.function.server.RequestPredicates.POST;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.micrometer.ObservedTracking;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** The spans of requests, and of tasks that outlive them, as an OpenTelemetry exporter of Spring Boot gets them. */
class TracesTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";

    @ParameterizedTest
    @ValueSource(strings = {"limited", "auto"})
    void aTaskThatOutlivesItsRequestAndEndsInTheDrainIsInTheTraceOfTheRequest(String propagation) throws Exception {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.REACTIVE)
                .profiles("traces")
                .run("--spring.reactor.context-propagation=" + propagation);
        Hands hands = context.getBean(Hands.class);
        try {
            Recording exporter = context.getBean(Recording.class);
            TaskGroup group = context.getBean(TaskGroup.class);
            String port = context.getEnvironment().getRequiredProperty("local.server.port");
            assertThat(order(port, "broken")).isEqualTo(202);
            await().until(() -> group.counts().failed() == 1);
            assertThat(order(port, "17")).isEqualTo(202);
            assertThat(group.counts().active()).as("after the answer").isEqualTo(1);

            CompletableFuture<Void> closed = new CompletableFuture<>();
            new Thread(() -> {
                        context.close();
                        closed.complete(null);
                    })
                    .start();
            await().until(group::isClosed);
            assertThat(exporter.spans).isEmpty();
            hands.shipped.emitValue("receipt", Sinks.EmitFailureHandler.FAIL_FAST);
            closed.get();

            assertThat(exporter.isShutDown).isTrue();
            SpanData ship = exporter.span("ship 17");
            SpanData request = exporter.spanWithId(ship.getParentSpanId());
            assertThat(request.getName()).isEqualTo("http post /orders/{id}");
            assertThat(request.getParentSpanId()).isEqualTo(CALLER);
            assertThat(List.of(request, ship, exporter.span("pack 17")))
                    .extracting(SpanData::getTraceId)
                    .containsOnly(TRACE);
            assertThat(exporter.span("pack 17").getParentSpanId()).isEqualTo(ship.getSpanId());
            assertThat(attribute(ship, "outcome")).isEqualTo("succeeded");
            assertThat(attribute(ship, "tracker")).isEqualTo("shop");
            assertThat(attribute(ship, "task")).isEqualTo("ship 17");
            assertThat(ship.getEvents()).extracting(EventData::getName).containsExactly("attempt 1");
            assertThat(ship.getStatus().getStatusCode()).isNotEqualTo(StatusCode.ERROR);

            SpanData broken = exporter.span("ship broken");
            assertThat(broken.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(attribute(broken, "outcome")).isEqualTo("failed");
            assertThat(broken.getEvents())
                    .filteredOn(event -> event.getName().equals("exception"))
                    .singleElement()
                    .satisfies(
                            event -> assertThat(event.getAttributes().get(AttributeKey.stringKey("exception.message")))
                                    .isEqualTo("no address"));
        } finally {
            Sinks.EmitResult unused = hands.shipped.tryEmitValue("receipt");
            context.close();
            Hooks.disableAutomaticContextPropagation();
        }
    }

    private static int order(String port, String id) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/orders/" + id))
                                .header("traceparent", "00-" + TRACE + "-" + CALLER + "-01")
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static @Nullable String attribute(SpanData span, String key) {
        return span.getAttributes().get(AttributeKey.stringKey(key));
    }

    static final class Hands {

        final Sinks.One<String> shipped = Sinks.one();
    }

    /** Keeps what is exported before it is shut down. */
    static final class Recording implements SpanExporter {

        final List<SpanData> spans = new CopyOnWriteArrayList<>();
        private final AtomicBoolean isShutDown = new AtomicBoolean();

        SpanData span(String name) {
            return spans.stream()
                    .filter(span -> span.getName().equals(name))
                    .findAny()
                    .orElseThrow(() -> new AssertionError(name + " is not in " + spans));
        }

        SpanData spanWithId(String id) {
            return spans.stream()
                    .filter(span -> span.getSpanId().equals(id))
                    .findAny()
                    .orElseThrow(() -> new AssertionError(id + " is not in " + spans));
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> exported) {
            if (isShutDown.get()) {
                return CompletableResultCode.ofFailure();
            }
            spans.addAll(exported);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            isShutDown.set(true);
            return CompletableResultCode.ofSuccess();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Hands hands() {
            return new Hands();
        }

        @Bean
        Recording exporter() {
            return new Recording();
        }

        @Bean
        TaskGroup shop() {
            return TaskGroup.builder("shop").build();
        }

        @Bean
        RouterFunction<ServerResponse> routes(
                Hands hands, TaskGroup shop, ObservedTracking observed, ObservationRegistry observations) {
            return route(POST("/orders/{id}"), request -> {
                String id = request.pathVariable("id");
                Mono<String> shipped = id.equals("broken")
                        ? Mono.error(new IllegalStateException("no address"))
                        : pack(id, hands, observations);
                return Mono.deferContextual(ofRequest -> {
                    shipped.transform(observed.trackWith(shop, "ship " + id))
                            .contextWrite(ofRequest)
                            .subscribe(receipt -> {}, failure -> {});
                    return ServerResponse.accepted().build();
                });
            });
        }

        /** A part of the task with an observation of its own. */
        private static Mono<String> pack(String id, Hands hands, ObservationRegistry observations) {
            return Mono.deferContextual(ofTask -> {
                Observation pack = Observation.createNotStarted("pack " + id, observations)
                        .parentObservation(ofTask.get(ObservationThreadLocalAccessor.KEY))
                        .start();
                return hands.shipped.asMono().doOnTerminate(pack::stop);
            });
        }

        @Bean
        SecurityWebFilterChain open(ServerHttpSecurity http) {
            return http.authorizeExchange(exchanges -> exchanges.anyExchange().permitAll())
                    .csrf(ServerHttpSecurity.CsrfSpec::disable)
                    .build();
        }
    }
}
