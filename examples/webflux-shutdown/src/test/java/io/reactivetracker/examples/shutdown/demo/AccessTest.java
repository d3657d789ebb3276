// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests that only the management can see the server's tasks. */
class AccessTest {

    private static final String[] PAGES = {
        "/actuator/tasktrackers",
        "/actuator/tasktrackers/taskGroup",
        "/actuator",
        "/actuator/live",
        "/actuator/live/live.js"
    };

    private static Shop shop;
    private static ServerProcess server;
    private static ServerProcess serverOfClerks;

    @BeforeAll
    static void start() throws Exception {
        shop = new Shop();
        server = shop.start();
        serverOfClerks = shop.start("--spring.security.user.roles=CLERK");
        shop.order(server, 1);
    }

    @AfterAll
    static void end() {
        shop.close();
    }

    @Test
    void nobodyIsToldOfTheTasks() throws Exception {
        for (String page : PAGES) {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.managementPort() + page))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(page).isEqualTo(401);
            assertThat(answer.body()).as(page).isEmpty();
        }
    }

    @Test
    void whoHasAnotherRoleIsNotToldEither() throws Exception {
        for (String page : PAGES) {
            HttpResponse<String> answer = Shop.manage(serverOfClerks, "GET", page);
            assertThat(answer.statusCode()).as(page).isEqualTo(403);
            assertThat(answer.body()).as(page).isEmpty();
        }
    }

    @Test
    void theManagementSeesTheTreeAndWhatRuns() throws Exception {
        HttpResponse<String> tree = Shop.manage(server, "GET", "/actuator/tasktrackers");
        assertThat(tree.statusCode()).isEqualTo(200);
        assertThat(tree.body()).contains("\"shop\"", "\"parcels\"", "\"notices\"", "\"ship order-1\"");
    }

    @Test
    void anyoneMayOrderAndAskHowTheServerIsButNothingElse() throws Exception {
        URI orders = URI.create("http://127.0.0.1:" + server.port());
        URI management = URI.create("http://127.0.0.1:" + server.managementPort());
        assertThat(status("GET", management.resolve("/actuator/health"))).isEqualTo(200);
        assertThat(status("GET", management.resolve("/actuator/health/readiness")))
                .isEqualTo(200);
        assertThat(status("GET", orders.resolve("/actuator/health"))).isEqualTo(401);
        assertThat(status("GET", orders.resolve("/actuator/live"))).isEqualTo(401);
        assertThat(status("GET", orders.resolve("/orders/order-1"))).isEqualTo(401);
        assertThat(status("POST", orders.resolve("/anything"))).isEqualTo(401);
        try (Customer customer =
                new Customer(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.managementPort()))) {
            assertThat(customer.order("at-the-back-door")).isEqualTo(Answer.UNEXPECTED);
        }
    }

    private static int status(String method, URI uri) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
