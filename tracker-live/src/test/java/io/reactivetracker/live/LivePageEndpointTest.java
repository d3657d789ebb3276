// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tests the page and the endpoint behind it on real servers of both kinds, without a browser. */
class LivePageEndpointTest {

    private static final List<String> FILES = List.of("live.js", "live.css", "icon.svg");

    @ParameterizedTest
    @EnumSource(names = {"REACTIVE", "SERVLET"})
    void isServedWithItsFilesOnThePortOfTheApplication(WebApplicationType type) throws Exception {
        try (Shop shop = Shop.start(type)) {
            HttpResponse<String> page = shop.get("/actuator/live");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
            assertThat(page.body())
                    .contains("href=\"live/live.css\"", "src=\"live/live.js\"", "content=\"tasktrackers\"")
                    .doesNotContain("{");
            assertThat(shop.get("/actuator/live/live.js").headers().firstValue("Content-Type"))
                    .hasValue("text/javascript;charset=UTF-8");
            assertThat(shop.get("/actuator/live/live.css").headers().firstValue("Content-Type"))
                    .hasValue("text/css;charset=UTF-8");
            assertThat(shop.get("/actuator/live/icon.svg").headers().firstValue("Content-Type"))
                    .hasValue("image/svg+xml");
            for (String other : List.of("index.html", "LivePageEndpoint.class", "..%2Flive.js", "%2e%2e")) {
                assertThat(shop.get("/actuator/live/" + other).statusCode())
                        .as(other)
                        .isIn(400, 404);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "REACTIVE, /manage/shop, --management.server.base-path=/manage --management.endpoints.web.base-path=/shop",
        "SERVLET, /manage/shop, --management.server.base-path=/manage --management.endpoints.web.base-path=/shop",
    })
    void isOnAPortOfTheManagementBehindItsBasePath(WebApplicationType type, String base, String arguments)
            throws Exception {
        String[] all = ("--management.server.port=0 " + arguments).split(" ");
        try (Shop shop = Shop.start(type, all)) {
            assertThat(shop.managementPort()).isNotEqualTo(shop.port());
            assertServed(shop, base, "live", "tasktrackers");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "REACTIVE, /shop/actuator, --spring.webflux.base-path=/shop",
        "SERVLET, /shop/actuator, --server.servlet.context-path=/shop",
        "SERVLET, /shop/actuator, --spring.mvc.servlet.path=/shop",
        "SERVLET, '', --management.endpoints.web.base-path=/",
    })
    void isBehindTheBasePathOfTheApplication(WebApplicationType type, String base, String argument) throws Exception {
        try (Shop shop = Shop.start(type, argument, "--management.server.port=")) {
            assertServed(shop, base, "live", "tasktrackers");
        }
    }

    @Test
    void followsThePathsThatItsEndpointsAreGiven() throws Exception {
        try (Shop shop = Shop.start(
                WebApplicationType.REACTIVE,
                "--management.endpoints.web.path-mapping.live=ops/page",
                "--management.endpoints.web.path-mapping.tasktrackers=work")) {
            assertServed(shop, "/actuator", "ops/page", "work");
        }
    }

    /** Follows the addresses as a browser does. */
    private static void assertServed(Shop shop, String base, String page, String tasks) throws Exception {
        java.net.URI address = java.net.URI.create("http://127.0.0.1" + base + "/" + page);
        String html = shop.get(address.getPath()).body();
        List<String> links = java.util.regex.Pattern.compile("(?:href|src|content)=\"([a-z./]+)\"")
                .matcher(html)
                .results()
                .map(link -> address.resolve(link.group(1)).getPath())
                .toList();
        assertThat(links).hasSize(FILES.size() + 1).contains(base + "/" + tasks);
        for (String link : links) {
            assertThat(shop.get(link).statusCode()).as(link).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"REACTIVE", "SERVLET"})
    void needsTheRoleThatTheEndpointNeeds(WebApplicationType type) throws Exception {
        try (Shop shop = Shop.start(type, Shop.EndpointsNeedRole.class)) {
            for (String path : List.of("live", "live/live.js", "tasktrackers", "tasktrackers?after=stopping")) {
                assertThat(shop.get("/actuator/" + path).statusCode()).as(path).isEqualTo(401);
                assertThat(shop.get("/actuator/" + path, "clerk").statusCode())
                        .as(path)
                        .isEqualTo(403);
                assertThat(shop.get("/actuator/" + path, "operator").statusCode())
                        .as(path)
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void hasNoDataForThoseWhoMayNotReadTheEndpoint() throws Exception {
        try (Shop shop = Shop.start(WebApplicationType.SERVLET, Shop.OnlyTasksNeedRole.class)) {
            shop.work(shop.group(), "salaries", 1);
            assertThat(shop.get("/actuator/live").body()).contains("Live tasks").doesNotContain("salaries");
            assertThat(shop.get("/actuator/tasktrackers").statusCode()).isEqualTo(401);
            assertThat(shop.get("/actuator/tasktrackers", "operator").body()).contains("salaries");
        }
    }

    @Test
    void isNotThereUnlessItIsExposed() throws Exception {
        try (Shop shop =
                Shop.start(WebApplicationType.SERVLET, "--management.endpoints.web.exposure.include=tasktrackers")) {
            assertThat(shop.get("/actuator/live").statusCode()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"REACTIVE", "SERVLET"})
    void aClientThatWaitsGetsEachStepOfTheShutdownAndHoldsNothingUp(WebApplicationType type) throws Exception {
        try (Shop shop = Shop.start(type, Shop.OWN_MANAGEMENT_PORT, Shop.DRAIN_BEFORE_MANAGEMENT)) {
            shop.work(shop.group(), "parcel", 3);
            assertThat(json(shop.get("/actuator/tasktrackers"))
                            .at("/shutdown/state")
                            .asString())
                    .isEqualTo("RUNNING");
            assertThat(json(shop.get("/actuator/tasktrackers?after=draining"))
                            .at("/shutdown/state")
                            .asString())
                    .as("a wait for the end of what has not begun")
                    .isEqualTo("RUNNING");
            CompletableFuture<HttpResponse<String>> stopping = shop.getLater("/actuator/tasktrackers?after=running");

            CompletableFuture<Void> stop = shop.stop();
            JsonNode first = json(stopping.get(1, TimeUnit.MINUTES));
            assertThat(first.at("/shutdown/state").asString()).isIn("STOPPING", "DRAINING");
            assertThat(first.at("/shutdown/graceMillis").asLong()).isEqualTo(90_000);
            await().until(() -> json(shop.get("/actuator/tasktrackers"))
                    .at("/shutdown/state")
                    .asString()
                    .equals("DRAINING"));
            // The request may still be on its way when the tasks end.
            shop.holdManagementServer();
            CompletableFuture<HttpResponse<String>> over = shop.getLater("/actuator/tasktrackers?after=draining");
            assertThat(json(shop.get("/actuator/tasktrackers"))
                            .at("/groups/taskGroup/counts/active")
                            .asLong())
                    .isEqualTo(3);
            assertThat(over).isNotDone();

            shop.endTasks();
            JsonNode last = json(over.get(1, TimeUnit.MINUTES));
            assertThat(last.at("/shutdown/state").asString()).isEqualTo("OVER");
            assertThat(last.at("/groups/taskGroup/state").asString()).isEqualTo("DRAINED");
            assertThat(last.at("/groups/taskGroup/counts/succeeded").asLong()).isEqualTo(3);
            shop.letServersStop();
            stop.get(1, TimeUnit.MINUTES);
        }
    }

    /** The server waits for its requests: one that waited for the end of the drain would wait for itself. */
    @ParameterizedTest
    @EnumSource(names = {"REACTIVE", "SERVLET"})
    void aClientThatWaitsOnThePortOfTheApplicationIsToldThatItStops(WebApplicationType type) throws Exception {
        try (Shop shop = Shop.start(type)) {
            CompletableFuture<HttpResponse<String>> stopping = shop.getLater("/actuator/tasktrackers?after=running");
            assertThat(shop.get("/actuator/tasktrackers?after=lunch").statusCode())
                    .as("a state that is none")
                    .isEqualTo(400);
            // The first request may still be on its way.
            shop.holdWebServer();
            CompletableFuture<Void> stop = shop.stop();
            assertThat(json(stopping.get(1, TimeUnit.MINUTES))
                            .at("/shutdown/state")
                            .asString())
                    .isEqualTo("STOPPING");
            shop.letServersStop();
            stop.get(1, TimeUnit.MINUTES);
        }
    }

    static JsonNode json(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(response.body());
    }
}
