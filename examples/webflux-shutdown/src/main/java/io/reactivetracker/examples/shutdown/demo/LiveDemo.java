// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import io.reactivetracker.examples.shutdown.OrderServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A series of deploys to watch on the live page: a server gets orders, then SIGTERM, drains, ends, and is replaced. */
public final class LiveDemo {

    private static final int DEPLOYS = 20;
    private static final Duration BETWEEN_DEPLOYS = Duration.ofSeconds(48);

    /** What the carrier needs more than ten seconds for, so that the drain can be watched. */
    private static final Load RUSH = new Customers("rush", Duration.ofMillis(1), 260);

    private LiveDemo() {}

    /**
     * Runs the demo.
     *
     * @param arguments none
     * @throws Exception if the server can't be started or reached
     */
    public static void main(String[] arguments) throws Exception {
        int managementPort = freePort();
        String password = UUID.randomUUID().toString();
        System.out.printf(
                "%nhttp://127.0.0.1:%d/actuator/live   user ops, password %s%n%d deploys, one each %d s; Ctrl-C ends it%n",
                managementPort, password, DEPLOYS, BETWEEN_DEPLOYS.toSeconds());
        try (Carrier carrier = new Carrier(0, Waves.TIME_FOR_EACH)) {
            carrier.open();
            for (int deploy = 1; deploy <= DEPLOYS; deploy++) {
                System.out.println("\ndeploy " + deploy);
                deploy(List.of(
                        "--spring.lifecycle.timeout-per-shutdown-phase=60s",
                        "--reactive-tracker.shutdown.grace=50s",
                        "--server.port=0",
                        "--management.server.port=" + managementPort,
                        "--spring.security.user.password=" + password,
                        "--orders.carrier=" + carrier.address(),
                        "--orders.journal="
                                + Files.createTempDirectory("orders").resolve("journal.txt")));
            }
        }
    }

    private static void deploy(List<String> arguments) throws Exception {
        ExecutorService customers = Executors.newSingleThreadExecutor();
        try (ServerProcess server =
                new ServerProcess(OrderServer.class, arguments, line -> System.out.println("    " + line))) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
            server.managementPort();
            Future<Answers> heard = customers.submit(() -> new Waves().run(address));
            Thread.sleep(BETWEEN_DEPLOYS.toMillis());
            int inTheRush = RUSH.run(address).accepted().size();
            server.terminate();
            System.out.println("    exit code " + server.awaitEnd() + ", "
                    + (inTheRush + heard.get().accepted().size()) + " orders accepted");
        } finally {
            customers.shutdownNow();
        }
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
