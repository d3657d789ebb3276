// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.spring.shop.ShopServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Sinks;

/** Handlers on a real server forget a subscription: only that one is counted, not those that serve requests. */
class TrackSubscriptionsOfServerTest {

    @ParameterizedTest
    @ValueSource(strings = {"limited", "auto"})
    void theHandlingOfRequestsIsNotCountedAndWhatItForgetsIs(String propagation) throws Exception {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(ShopServer.class)
                .web(WebApplicationType.REACTIVE)
                .run(
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--spring.reactor.context-propagation=" + propagation,
                        "--reactive-tracker.track-subscriptions=true")) {
            TaskTracker tracker = context.getBean("subscriptionTracker", TaskTracker.class);
            ShopServer.Hands hands = context.getBean(ShopServer.Hands.class);
            CompletableFuture<Integer> answer = HttpClient.newHttpClient()
                    .sendAsync(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                            + context.getEnvironment().getProperty("local.server.port") + "/orders/17"))
                                    .POST(HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .thenApply(HttpResponse::statusCode);
            hands.arrived.asMono().block();
            assertThat(tracker.runningTasks()).as("while a request is served").isEmpty();
            assertThat(tracker.size()).isZero();

            hands.mayAnswer.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
            assertThat(answer.get()).isEqualTo(202);
            assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsExactly("ship 17");
            assertThat(tracker.size()).isEqualTo(1);

            hands.shipped.emitValue("receipt", Sinks.EmitFailureHandler.FAIL_FAST);
            assertThat(tracker.size()).isZero();
        } finally {
            Hooks.disableAutomaticContextPropagation();
        }
    }
}
