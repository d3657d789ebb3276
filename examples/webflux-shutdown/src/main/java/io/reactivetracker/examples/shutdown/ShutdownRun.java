// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One run: a server is started, gets orders from eight customers at once, gets SIGTERM while most of them are in
 * flight, and ends.
 *
 * @param accepted the orders that were answered with 202
 * @param shipped the orders that the journal has
 * @param exitCode the server's
 */
record ShutdownRun(Set<String> accepted, Set<String> shipped, int exitCode) {

    static final int ORDERS = 300;
    static final int SHIPPED_AT_ONCE = 100;
    private static final int CUSTOMERS = 8;

    static ShutdownRun of(boolean tracked, Consumer<String> console) throws Exception {
        Path journal = Files.createTempDirectory("orders").resolve("journal.txt");
        try (Carrier carrier = new Carrier(SHIPPED_AT_ONCE);
                ServerProcess server = new ServerProcess(tracked, journal, carrier.address(), console)) {
            URI orders = URI.create("http://127.0.0.1:" + server.port() + "/orders/");
            Set<String> accepted = order(orders);
            awaitShipped(journal, SHIPPED_AT_ONCE);
            console.accept("%d orders accepted, %d shipped; SIGTERM to process %d"
                    .formatted(accepted.size(), shipped(journal).size(), server.pid()));
            server.terminate();
            if (tracked) {
                server.awaitDraining();
                carrier.open();
            }
            int exitCode = server.awaitEnd();
            return new ShutdownRun(accepted, shipped(journal), exitCode);
        }
    }

    /** The accepted orders that nobody will ever ship. */
    Set<String> lost() {
        Set<String> lost = new HashSet<>(accepted);
        lost.removeAll(shipped);
        return lost;
    }

    private static Set<String> order(URI orders) throws Exception {
        Set<String> accepted = ConcurrentHashMap.newKeySet();
        HttpClient client = HttpClient.newHttpClient();
        ExecutorService customers = Executors.newFixedThreadPool(CUSTOMERS);
        try {
            List<Future<?>> answers = IntStream.rangeClosed(1, ORDERS)
                    .mapToObj(number -> "order-" + number)
                    .<Future<?>>map(id -> customers.submit(() -> {
                        HttpRequest request = HttpRequest.newBuilder(orders.resolve(id))
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build();
                        if (client.send(request, HttpResponse.BodyHandlers.discarding())
                                        .statusCode()
                                == 202) {
                            accepted.add(id);
                        }
                        return null;
                    }))
                    .toList();
            for (Future<?> answer : answers) {
                answer.get();
            }
        } finally {
            customers.shutdown();
        }
        return accepted;
    }

    private static void awaitShipped(Path journal, int number) throws Exception {
        while (shipped(journal).size() < number) {
            Thread.sleep(10);
        }
    }

    private static Set<String> shipped(Path journal) throws IOException {
        if (Files.notExists(journal)) {
            return Set.of();
        }
        Set<String> shipped = new HashSet<>();
        try (Stream<String> lines = Files.lines(journal)) {
            lines.forEach(line -> {
                if (!shipped.add(line.split(" ", 2)[0])) {
                    throw new IllegalStateException("shipped twice: " + line);
                }
            });
        }
        return shipped;
    }
}
