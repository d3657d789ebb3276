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
 * One run: a server starts, gets orders, gets SIGTERM while orders arrive and many are in flight, and ends.
 *
 * @param answers the answers to the customers
 * @param shipped the orders in the journal
 * @param exitCode the exit code of the server
 */
record ShutdownRun(Answers answers, Set<String> shipped, int exitCode) {

    /** Only Spring Boot's graceful shutdown. */
    static final List<String> ALONE = List.of(
            "--reactive-tracker.enabled=false",
            "--management.endpoint.health.group.readiness.include=readinessState",
            // Suppresses a stack trace for each lost order; the demo counts them.
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
                                                // Enough time for a slow machine.
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
            console.accept("%d orders shipped, more in flight, customers keep ordering: SIGTERM to process %d"
                    .formatted(shipped(journal).size(), server.pid()));
            server.terminate();
            Answers heard = answers.get();
            // Only now, so that both servers have work in flight when their requests have ended.
            carrier.open();
            int exitCode = server.awaitEnd();
            return new ShutdownRun(heard, shipped(journal), exitCode);
        } finally {
            customers.shutdownNow();
        }
    }

    /** Returns the orders that were accepted but not shipped. */
    Set<String> lost() {
        return without(answers.accepted(), shipped);
    }

    /** Returns the orders that were shipped although their customers got no answer. */
    Set<String> unanswered() {
        return without(shipped, answers.accepted());
    }

    private static Set<String> without(Set<String> orders, Set<String> others) {
        Set<String> rest = new HashSet<>(orders);
        rest.removeAll(others);
        return rest;
    }

    /** Returns the orders in a journal. */
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
