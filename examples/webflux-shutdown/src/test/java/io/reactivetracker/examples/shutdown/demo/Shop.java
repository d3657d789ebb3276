// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import tools.jackson.databind.json.JsonMapper;

/** A server for one test, with a carrier that holds all parcels until its door is opened. */
final class Shop implements AutoCloseable {

    static final String USER = "ops";
    static final String PASSWORD = "only for this test";

    /** Timeouts so long that only the behaviour under test ends a wait, even on a slow machine. */
    private static final List<String> UNLESS_GIVEN = List.of(
            "--server.port=0",
            "--management.server.port=0",
            "--spring.lifecycle.timeout-per-shutdown-phase=100s",
            "--reactive-tracker.shutdown.grace=90s");

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    final Carrier carrier;
    final Path journal = Files.createTempDirectory("orders").resolve("journal.txt");
    private final List<ServerProcess> servers = new ArrayList<>();

    Shop() throws IOException {
        this(Duration.ofMillis(1));
    }

    Shop(Duration timeForEachParcel) throws IOException {
        carrier = new Carrier(0, timeForEachParcel);
    }

    /** Starts a server; each call starts another one. */
    ServerProcess start(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "--spring.security.user.password=" + PASSWORD,
                "--orders.carrier=" + carrier.address(),
                "--orders.journal=" + journal));
        for (String argument : UNLESS_GIVEN) {
            String name = argument.substring(0, argument.indexOf('=') + 1);
            if (Stream.of(arguments).noneMatch(given -> given.startsWith(name))) {
                all.add(argument);
            }
        }
        all.addAll(List.of(arguments));
        ServerProcess server = new ServerProcess(HandledServer.class, all, line -> {});
        servers.add(server);
        return server;
    }

    /** Makes a server start a task that never ends. */
    static void hang(ServerProcess server, String name) throws IOException, InterruptedException {
        server.tell("hang " + JsonMapper.shared().writeValueAsString(name));
        server.awaitLine("done: hang");
    }

    /** Orders a number of parcels named order-1, order-2 and so on. */
    void order(ServerProcess server, int number) throws Exception {
        order(
                server,
                IntStream.rangeClosed(1, number)
                        .mapToObj(order -> "order-" + order)
                        .toArray(String[]::new));
    }

    void order(ServerProcess server, String... orders) throws Exception {
        try (Customer customer = new Customer(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))) {
            for (String order : orders) {
                Answer answer = customer.order(order);
                if (answer != Answer.ACCEPTED) {
                    throw new IllegalStateException(order + " is " + answer);
                }
            }
        }
    }

    /** Returns the shipped orders. */
    Set<String> shipped() throws IOException {
        return ShutdownRun.shipped(journal);
    }

    /** Returns the response to a request to the management port, with the management's credentials. */
    static HttpResponse<String> manage(ServerProcess server, String method, String path) throws Exception {
        String credentials =
                Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.managementPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("Authorization", "Basic " + credentials)
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Awaitility's {@code await} with a longer timeout: the awaited events come from other processes. */
    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        servers.forEach(ServerProcess::close);
        carrier.close();
    }
}
