// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.restarts.demo;

import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.reactivetracker.examples.restarts.Ledger;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.redis.RedisRecordStore;
import io.reactivetracker.redistest.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Servers behind a balancer over a real Redis, which are restarted one after the other. */
final class Rollout implements AutoCloseable {

    /** 128 and the number of SIGTERM. */
    private static final int EXIT_CODE = 143;

    private final RedisServer redis = RedisServer.start();
    private final Balancer balancer = new Balancer();
    private final Customers customers = new Customers(balancer.port());
    private final ShopProcess[] servers;
    private final List<String> unclean = new ArrayList<>();
    private int restarts;
    private int hung;

    Rollout(int number) throws IOException {
        servers = new ShopProcess[number];
        for (int i = 0; i < number; i++) {
            servers[i] = new ShopProcess(redis.uri());
        }
        for (ShopProcess server : servers) {
            balancer.add(server.port());
        }
    }

    Customers customers() {
        return customers;
    }

    /** Restarts each server once. */
    void round() throws IOException, InterruptedException {
        for (int i = 0; i < servers.length; i++) {
            stop(servers[i]);
            servers[i] = new ShopProcess(redis.uri());
            balancer.add(servers[i].port());
        }
    }

    private void stop(ShopProcess server) throws InterruptedException {
        // As a platform does: first the endpoint goes, and then SIGTERM comes. Requests are in flight, and tasks run.
        balancer.remove(server.port());
        restarts++;
        if (!server.terminate()) {
            hung++;
            server.close();
        }
        if (server.exitCode() != EXIT_CODE
                || server.lines().stream().noneMatch(line -> line.contains(" drained in "))) {
            unclean.add(server.exitCode() + ":\n" + String.join("\n", server.lines()));
        }
    }

    /** Kills a server, as a platform does that waits no longer. */
    void kill(int server) throws InterruptedException {
        balancer.remove(servers[server].port());
        servers[server].kill();
    }

    /** Sends the customers home, stops all servers, and compares what was promised with what was done. */
    RestartsReport end() throws Exception {
        customers.leave();
        for (ShopProcess server : servers) {
            stop(server);
        }
        RedisClient client = RedisClient.create(redis.uri());
        try (Ledger ledger = new Ledger(client.connect())) {
            Map<String, String> charged = ledger.charged();
            Map<String, String> shipped = ledger.shipped();
            Set<String> lost = new HashSet<>(customers.paid);
            lost.removeAll(charged.keySet());
            Set<String> neverShipped = new HashSet<>(customers.accepted);
            neverShipped.removeAll(shipped.keySet());
            lost.addAll(neverShipped);
            Set<String> twice = new HashSet<>();
            addRepeated(charged, twice);
            addRepeated(shipped, twice);
            TaskRecorder<String> payments =
                    TaskRecorder.create(RedisRecordStore.builder("payments", client.connect(ByteArrayCodec.INSTANCE))
                            .lease(Duration.ofSeconds(30))
                            .build());
            return new RestartsReport(
                    restarts,
                    customers.paid.size(),
                    customers.accepted.size(),
                    customers.repeated.get(),
                    customers.events.get(),
                    customers.endedStreams.get(),
                    customers.brokenStreams.get(),
                    customers.unanswered,
                    lost,
                    twice,
                    payments.keys(TaskStatus.RUNNING).join().size(),
                    hung,
                    unclean);
        } finally {
            client.shutdown();
        }
    }

    private static void addRepeated(Map<String, String> times, Set<String> twice) {
        times.forEach((id, number) -> {
            if (!"1".equals(number)) {
                twice.add(id);
            }
        });
    }

    /** Restarts three servers under load, in rounds. */
    static RestartsReport run(int rounds, Consumer<String> log) throws Exception {
        try (Rollout rollout = new Rollout(3)) {
            rollout.customers.come(4, 4, 6);
            for (int round = 1; round <= rounds; round++) {
                rollout.round();
                log.accept("round " + round + " of " + rounds + ": " + rollout.customers.paid.size() + " payments, "
                        + rollout.customers.accepted.size() + " parcels");
            }
            RestartsReport report = rollout.end();
            log.accept(report.toString());
            return report;
        }
    }

    @Override
    public void close() {
        customers.close();
        for (ShopProcess server : servers) {
            if (server != null) {
                server.close();
            }
        }
        balancer.close();
        redis.close();
    }
}
