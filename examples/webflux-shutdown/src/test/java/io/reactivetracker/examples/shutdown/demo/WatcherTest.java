// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import static io.reactivetracker.examples.shutdown.demo.Shop.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tests what a watcher of the endpoint receives while a real server drains, and that a watcher delays nothing. */
class WatcherTest {

    private static final int ORDERS = 5;

    private final Shop shop = new Shop();

    WatcherTest() throws Exception {}

    @AfterEach
    void end() {
        shop.close();
    }

    @Test
    void getsTheLastCountsBeforeTheServerIsGone() throws Exception {
        ServerProcess server = shop.start();
        shop.order(server, ORDERS);
        assertThat(look(server, "").at("/groups/taskGroup/counts/active").asInt())
                .isEqualTo(2 * ORDERS);
        CompletableFuture<JsonNode> stopping = lookLater(server, "?after=running");

        server.terminate();
        assertThat(stopping.get(1, TimeUnit.MINUTES).at("/shutdown/state").asString())
                .isIn("STOPPING", "DRAINING");
        await().until(() -> look(server, "").at("/shutdown/state").asString().equals("DRAINING"));
        CompletableFuture<JsonNode> over = lookLater(server, "?after=draining");
        shop.carrier.open();
        JsonNode last = over.get(1, TimeUnit.MINUTES);
        assertThat(last.at("/shutdown/state").asString()).isEqualTo("OVER");
        assertThat(last.at("/groups/taskGroup/state").asString()).isEqualTo("DRAINED");
        assertThat(last.at("/groups/taskGroup/counts/succeeded").asInt()).isEqualTo(3 * ORDERS);
        assertThat(server.awaitEnd()).isEqualTo(143);
        // Netty waits for its responses, and would wait for an endless one until the phase times out.
        assertThat(server.lines())
                .filteredOn(line -> line.contains("Graceful shutdown complete"))
                .as("the orders' server and the management's")
                .hasSize(2);
        assertThat(server.lines()).noneMatch(line -> line.contains("aborted") || line.contains("Exception"));
    }

    private static JsonNode look(ServerProcess server, String query) throws Exception {
        return JsonMapper.shared()
                .readTree(Shop.manage(server, "GET", "/actuator/tasktrackers" + query)
                        .body());
    }

    private static CompletableFuture<JsonNode> lookLater(ServerProcess server, String query) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return look(server, query);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
