// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import static io.reactivetracker.examples.shutdown.demo.Shop.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests real servers stopped in every possible way: none hangs, throws or loses an order. */
class WaysToStopTest {

    private static final int ORDERS = 20;
    private static final String WAITS = "group \"shop\" is closed; waiting";

    private final Shop shop = new Shop();

    WaysToStopTest() throws Exception {}

    @AfterEach
    void end() {
        shop.close();
    }

    @Test
    void aTaskThatHangsIsGivenUpAfterTheGraceAndTheWaitAndIsNamedInTheLog() throws Exception {
        ServerProcess server =
                shop.start("--reactive-tracker.shutdown.grace=1s", "--reactive-tracker.shutdown.cancel-wait=1s");
        server.managementPort();
        Shop.hang(server, "nightly report");
        server.terminate();
        assertThat(server.awaitEnd()).isEqualTo(143);

        String log = String.join("\n", server.lines());
        Matcher stages = Pattern.compile(
                        WAITS + " up to 1\\.0 s for 1 task$"
                                + ".*group \"shop\" cancels 1 task that did not end within 1\\.0 s$"
                                + ".*group \"shop\" not drained after (\\d+\\.\\d) s: .* 1 stuck$"
                                + ".*stuck: nightly report #\\d+ of group \"shop\", running, (\\d+\\.\\d) s old",
                        Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(log);
        assertThat(stages.find()).as(log).isTrue();
        assertThat(Double.parseDouble(stages.group(1))).as("grace and wait").isGreaterThanOrEqualTo(2.0);
        assertThat(Double.parseDouble(stages.group(2))).as("age").isGreaterThanOrEqualTo(2.0);
        assertThat(log).doesNotContain("Exception");
    }

    /**
     * When Spring Boot's graceful shutdown is complete, Netty may still serve a connection whose last response was just
     * sent. While a task hangs, groups below the application's stay open: an order in one of them would be accepted,
     * and cut off after the grace.
     */
    @Test
    void aTaskThatHangsCostsNoOrderThoughCustomersGoOnOrdering() throws Exception {
        ServerProcess server =
                shop.start("--reactive-tracker.shutdown.grace=8s", "--reactive-tracker.shutdown.cancel-wait=0s");
        server.managementPort();
        shop.carrier.open();
        Shop.hang(server, "nightly report");
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
        ExecutorService customers = Executors.newSingleThreadExecutor();
        try {
            Future<Answers> answers = customers.submit(() -> Customers.inHaste().run(address));
            await().until(() -> shop.shipped().size() > ORDERS);
            server.terminate();
            assertThat(server.awaitEnd()).isEqualTo(143);
            assertThat(answers.get().accepted()).isNotEmpty();
            assertThat(shop.shipped()).containsAll(answers.get().accepted());
        } finally {
            customers.shutdownNow();
        }
        assertThat(server.lines())
                .filteredOn(line -> line.contains("cancelled: "))
                .singleElement()
                .asString()
                .contains("cancelled: nightly report");
    }

    @Test
    void furtherSignalsDuringTheDrainChangeNothing() throws Exception {
        ServerProcess server = shop.start();
        server.managementPort();
        shop.order(server, ORDERS);
        server.terminate();
        server.awaitLine(WAITS);
        server.terminate();
        server.terminate();
        shop.carrier.open();
        assertThat(server.awaitEnd()).isEqualTo(143);
        assertThatNothingIsLostOrThrown(server);
    }

    @Test
    void theActuatorsShutdownDrainsToo() throws Exception {
        ServerProcess server = shop.start(
                "--management.endpoint.shutdown.access=unrestricted",
                "--management.endpoints.web.exposure.include=shutdown");
        shop.order(server, ORDERS);
        assertThat(Shop.manage(server, "POST", "/actuator/shutdown").statusCode())
                .isEqualTo(200);
        server.awaitLine(WAITS);
        shop.carrier.open();
        assertThat(server.awaitEnd()).isZero();
        assertThatNothingIsLostOrThrown(server);
    }

    @Test
    void aContextThatIsClosedTwiceAndThenGetsASignalDrainsOnce() throws Exception {
        ServerProcess server = shop.start();
        server.managementPort();
        shop.order(server, ORDERS);
        server.tell("close-context-twice");
        server.awaitLine(WAITS);
        server.terminate();
        shop.carrier.open();
        assertThat(server.awaitEnd()).isEqualTo(143);
        assertThat(server.lines()).filteredOn(line -> line.contains(WAITS)).hasSize(1);
        assertThatNothingIsLostOrThrown(server);
    }

    @Test
    void aGroupThatWasClosedByHandRefusesOrdersAndIsDrainedAtTheStop() throws Exception {
        ServerProcess server = shop.start();
        server.managementPort();
        shop.order(server, ORDERS);
        server.tell("close-group");
        server.awaitLine("done: close-group");
        try (Customer late = new Customer(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))) {
            assertThat(late.order("late")).isEqualTo(Answer.UNAVAILABLE);
        }
        assertThat(Shop.manage(server, "GET", "/actuator/health/readiness").statusCode())
                .isEqualTo(503);
        server.terminate();
        server.awaitLine(WAITS);
        shop.carrier.open();
        assertThat(server.awaitEnd()).isEqualTo(143);
        assertThatNothingIsLostOrThrown(server);
    }

    @Test
    void aServerWhosePortIsTakenEndsWithAnErrorAndDoesNotHang() throws Exception {
        for (String port : List.of("--server.port=", "--management.server.port=")) {
            try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                ServerProcess server = shop.start(port + taken.getLocalPort());
                assertThat(server.awaitEnd()).as(port).isEqualTo(1);
                assertThat(server.lines())
                        .anyMatch(line -> line.contains("Port " + taken.getLocalPort() + " was already in use"))
                        // Beans may have started tasks before the start failed, so there is a drain; it leaves no
                        // tasks.
                        .allMatch(line -> !line.contains("stuck") || line.contains(" 0 stuck"));
            }
        }
    }

    @Test
    void whileItDrainsTheProbesSaySoAndOrdersAreRefused() throws Exception {
        ServerProcess server = shop.start();
        assertThat(Shop.manage(server, "GET", "/actuator/health/readiness").statusCode())
                .isEqualTo(200);
        InetSocketAddress orders = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
        shop.order(server, ORDERS);
        server.terminate();
        server.awaitLine(WAITS);
        assertThat(Shop.manage(server, "GET", "/actuator/health/readiness").statusCode())
                .isEqualTo(503);
        assertThat(Shop.manage(server, "GET", "/actuator/health/liveness").statusCode())
                .isEqualTo(200);
        try (Customer late = new Customer(orders)) {
            assertThat(late.order("late")).isEqualTo(Answer.NO_CONNECTION);
        }
        shop.carrier.open();
        assertThat(server.awaitEnd()).isEqualTo(143);
        assertThatNothingIsLostOrThrown(server);
    }

    private void assertThatNothingIsLostOrThrown(ServerProcess server) throws Exception {
        assertThat(shop.shipped()).hasSize(ORDERS);
        assertThat(server.lines())
                .anyMatch(line -> line.contains("group \"shop\" drained in"))
                .noneMatch(line -> line.contains("Exception"));
    }
}
