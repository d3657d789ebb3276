// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import io.reactivetracker.examples.shutdown.OrderServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One run: a server is started, gets orders, gets SIGTERM while they go on coming and many are in flight, and ends.
 *
 * @param answers what the customers have heard
 * @param shipped the orders that the journal has
 * @param exitCode the server's
 */
record ShutdownRun(Answers answers, Set<String> shipped, int exitCode) {

    /** Spring Boot's graceful shutdown, which the application asks for, and nothing else. */
    static final List<String> ALONE = List.of(
            "--reactive-tracker.enabled=false",
            "--management.endpoint.health.group.readiness.include=readinessState",
            // An error and its trace for each order that is cut off; the demo counts them.
            "--logging.level.reactor=off");

    static final List<String> WITH_STARTER = List.of();

    private static final int SHIPPED_AT_ONCE = 100;
    private static final int AT_THE_DOOR = 50;
    private static final Duration TIME_FOR_EACH = Duration.ofMillis(5);

    static ShutdownRun of(List<String> arguments, Load load, Consumer<String> console) throws Exception {
        Path journal = Files.createTempDirectory("orders").resolve("journal.txt");
        ExecutorService customers = Executors.newSingleThreadExecutor();
        try (Carrier carrier = new Carrier(SHIPPED_AT_ONCE, TIME_FOR_EACH);
                ServerProcess server = new ServerProcess(
                        OrderServer.class,
                        Stream.concat(
                                        arguments.stream(),
                                        Stream.of(
                                                // So much that a slow machine makes no difference.
                                                "--spring.lifecycle.timeout-per-shutdown-phase=100s",
                                                "--reactive-tracker.shutdown.grace=90s",
                                                "--server.port=0",
                                                "--management.server.port=0",
                                                "--orders.carrier=" + carrier.address(),
                                                "--orders.journal=" + journal))
                                .toList(),
                        console)) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
            server.managementPort();
            Future<Answers> answers = customers.submit(() -> load.run(address));
            while (carrier.parcels() < SHIPPED_AT_ONCE + AT_THE_DOOR
                    || shipped(journal).size() < SHIPPED_AT_ONCE) {
                Thread.sleep(5);
            }
            console.accept("%d orders shipped, more in flight, customers go on ordering: SIGTERM to process %d"
                    .formatted(shipped(journal).size(), server.pid()));
            server.terminate();
            Answers heard = answers.get();
            // Not before: so both servers have work in flight when they have no more requests to answer.
            carrier.open();
            int exitCode = server.awaitEnd();
            return new ShutdownRun(heard, shipped(journal), exitCode);
        } finally {
            customers.shutdownNow();
        }
    }

    /** The accepted orders that nobody will ever ship. */
    Set<String> lost() {
        return without(answers.accepted(), shipped);
    }

    /** The orders that were shipped although their customers had no answer. */
    Set<String> unanswered() {
        return without(shipped, answers.accepted());
    }

    private static Set<String> without(Set<String> orders, Set<String> others) {
        Set<String> rest = new HashSet<>(orders);
        rest.removeAll(others);
        return rest;
    }

    /** The orders in a journal. */
    static Set<String> shipped(Path journal) throws IOException {
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
