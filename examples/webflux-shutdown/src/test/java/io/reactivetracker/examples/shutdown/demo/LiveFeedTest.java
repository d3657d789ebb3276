// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import static io.reactivetracker.examples.shutdown.demo.Shop.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tests what a watcher receives while a real server drains, and that a watcher delays nothing. */
class LiveFeedTest {

    private static final int ORDERS = 5;

    private final Shop shop = new Shop();

    LiveFeedTest() throws Exception {}

    @AfterEach
    void end() {
        shop.close();
    }

    @Test
    void showsTheDrainToItsEndAndThenEnds() throws Exception {
        ServerProcess server = shop.start();
        Watcher watcher = new Watcher(server);
        shop.order(server, ORDERS);
        await().until(() -> watcher.last().path("counts").path("active").asInt() == 2 * ORDERS);

        server.terminate();
        await().until(() -> watcher.last().path("isClosed").asBoolean());
        assertThat(watcher.last().path("counts").path("active").asInt()).isEqualTo(2 * ORDERS);
        assertThat(watcher.hasEnded()).isFalse();

        shop.carrier.open();
        watcher.awaitEnd();
        assertThat(watcher.events).last().isEqualTo("end");
        assertThat(watcher.last().path("counts").path("active").asInt()).isZero();
        assertThat(watcher.last().path("counts").path("succeeded").asInt()).isEqualTo(3 * ORDERS);
        assertThat(server.awaitEnd()).isEqualTo(143);
        assertThatNobodyWasCutOff(server);
    }

    @Test
    void endsWithWhatIsLeftWhenTheServerGivesUp() throws Exception {
        ServerProcess server =
                shop.start("--reactive-tracker.shutdown.grace=1s", "--reactive-tracker.shutdown.cancel-wait=0s");
        server.managementPort();
        Shop.hang(server, "nightly report");
        Watcher watcher = new Watcher(server);
        await().until(() -> watcher.last().path("counts").path("active").asInt() == 1);

        server.terminate();
        watcher.awaitEnd();
        assertThat(watcher.events).last().isEqualTo("end");
        assertThat(watcher.last().path("isCancelled").asBoolean()).isTrue();
        assertThat(watcher.last().path("counts").path("active").asInt()).isEqualTo(1);
        assertThat(server.awaitEnd()).isEqualTo(143);
        assertThatNobodyWasCutOff(server);
    }

    /** Netty waits for its responses, and would wait for an endless feed until the phase times out. */
    private static void assertThatNobodyWasCutOff(ServerProcess server) {
        assertThat(server.lines())
                .filteredOn(line -> line.contains("Graceful shutdown complete"))
                .as("the orders' server and the management's")
                .hasSize(2);
        assertThat(server.lines()).noneMatch(line -> line.contains("aborted") || line.contains("Exception"));
    }

    /** Reads the feed to its end. */
    private static final class Watcher {

        final List<String> events = new CopyOnWriteArrayList<>();
        final List<JsonNode> groups = new CopyOnWriteArrayList<>();
        private final CompletableFuture<Void> end;

        Watcher(ServerProcess server) throws Exception {
            String credentials = Base64.getEncoder()
                    .encodeToString((Shop.USER + ":" + Shop.PASSWORD).getBytes(StandardCharsets.UTF_8));
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + server.managementPort() + "/live/feed"))
                    .header("Authorization", "Basic " + credentials)
                    .build();
            end = HttpClient.newHttpClient()
                    .sendAsync(request, HttpResponse.BodyHandlers.ofLines())
                    .thenAcceptAsync(response -> response.body().forEach(this::read));
            await().until(() -> !groups.isEmpty());
        }

        private void read(String line) {
            if (line.startsWith("event:")) {
                events.add(line.substring("event:".length()));
            } else if (line.startsWith("data:")) {
                groups.add(JsonMapper.shared()
                        .readTree(line.substring("data:".length()))
                        .path("group"));
            }
        }

        JsonNode last() {
            return groups.get(groups.size() - 1);
        }

        boolean hasEnded() {
            return end.isDone();
        }

        void awaitEnd() throws Exception {
            end.get(1, TimeUnit.MINUTES);
        }
    }
}
