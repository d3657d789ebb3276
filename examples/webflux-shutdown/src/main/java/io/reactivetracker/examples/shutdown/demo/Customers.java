// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Eight concurrent customers, each of whom orders with pauses until the server refuses connections. */
final class Customers implements Load {

    static final int NUMBER = 8;

    private static final int REFUSALS_UNTIL_HOME = 3;

    private final String name;
    private final Duration pause;
    private final int maxOrders;

    Customers(String name, Duration pause, int maxOrders) {
        this.name = name;
        this.pause = pause;
        this.maxOrders = maxOrders;
    }

    /** Returns customers that order fast enough to be interrupted by a shutdown. */
    static Customers inHaste() {
        return new Customers("order", Duration.ofMillis(5), 2_000);
    }

    @Override
    public Answers run(InetSocketAddress server) throws Exception {
        Map<String, Answer> heard = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(NUMBER);
        try {
            List<Future<?>> customers = new ArrayList<>();
            for (int number = 1; number <= NUMBER; number++) {
                String orders = name + "-" + number + "-";
                customers.add(threads.submit(() -> order(orders, server, heard)));
            }
            for (Future<?> customer : customers) {
                customer.get();
            }
            return new Answers(heard);
        } finally {
            threads.shutdownNow();
        }
    }

    private Void order(String orders, InetSocketAddress server, Map<String, Answer> heard) throws InterruptedException {
        int refusals = 0;
        try (Customer customer = new Customer(server)) {
            for (int number = 1; number <= maxOrders && refusals < REFUSALS_UNTIL_HOME; number++) {
                Answer answer = customer.order(orders + number);
                heard.put(orders + number, answer);
                if (answer == Answer.NO_CONNECTION) {
                    refusals++;
                }
                Thread.sleep(pause.toMillis());
            }
        }
        return null;
    }
}
