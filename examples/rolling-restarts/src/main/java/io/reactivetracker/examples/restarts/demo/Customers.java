// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.restarts.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Customers that pay, send parcels and listen to the news until they are told to leave, and note each answer. */
final class Customers implements AutoCloseable {

    private static final int OK = 200;
    private static final int ACCEPTED = 202;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI shop;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Future<?>> running = new ConcurrentLinkedQueue<>();
    private volatile boolean isLeaving;

    final Set<String> paid = ConcurrentHashMap.newKeySet();
    final Set<String> accepted = ConcurrentHashMap.newKeySet();

    /** Parcels that were sent and got no answer: nobody knows whether they were accepted. */
    final Set<String> unanswered = ConcurrentHashMap.newKeySet();

    final AtomicLong repeated = new AtomicLong();
    final AtomicLong events = new AtomicLong();
    final AtomicLong endedStreams = new AtomicLong();
    final AtomicLong brokenStreams = new AtomicLong();

    Customers(int port) {
        shop = URI.create("http://127.0.0.1:" + port);
    }

    /** Starts customers. */
    void come(int payers, int senders, int listeners) {
        for (int i = 0; i < payers; i++) {
            String name = "payer-" + i;
            running.add(threads.submit(() -> {
                for (int n = 0; !isLeaving; n++) {
                    pay(name + "-" + n);
                }
                return null;
            }));
        }
        for (int i = 0; i < senders; i++) {
            String name = "sender-" + i;
            running.add(threads.submit(() -> {
                for (int n = 0; !isLeaving; n++) {
                    send(name + "-" + n, ThreadLocalRandom.current().nextInt(10, 400));
                    // A parcel takes longer than its answer: a pause keeps the number of those that run small.
                    Thread.sleep(ThreadLocalRandom.current().nextInt(10, 60));
                }
                return null;
            }));
        }
        for (int i = 0; i < listeners; i++) {
            running.add(threads.submit(() -> {
                while (!isLeaving) {
                    listen();
                }
                return null;
            }));
        }
    }

    /** Tells all customers to end what they do, and waits for it. Throws what one of them threw. */
    void leave() throws Exception {
        isLeaving = true;
        for (Future<?> customer : running) {
            customer.get();
        }
    }

    /** Asks until the payment is made: it is recorded, so it may be asked for again. */
    private void pay(String id) throws InterruptedException {
        while (post("/payments/" + id + "?millis=" + ThreadLocalRandom.current().nextInt(5, 200)) != OK) {
            repeated.incrementAndGet();
            Thread.sleep(10);
        }
        paid.add(id);
    }

    /** Asks again only if the shop has said no: nothing records a parcel. */
    void send(String id, int millis) throws InterruptedException {
        int status = post("/parcels/" + id + "?millis=" + millis);
        while (status == SERVICE_UNAVAILABLE) {
            repeated.incrementAndGet();
            Thread.sleep(10);
            status = post("/parcels/" + id + "?millis=" + millis);
        }
        (status == ACCEPTED ? accepted : unanswered).add(id);
    }

    private int post(String path) throws InterruptedException {
        try {
            return http.send(
                            HttpRequest.newBuilder(shop.resolve(path))
                                    .POST(HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException broken) {
            return 0;
        }
    }

    /** Until the stream ends. */
    private void listen() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(shop.resolve("/news")).build();
        try {
            HttpResponse<InputStream> answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (answer.statusCode() != OK) {
                answer.body().close();
                Thread.sleep(10);
                return;
            }
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null && !isLeaving; line = lines.readLine()) {
                    events.incrementAndGet();
                }
            }
            if (!isLeaving) {
                endedStreams.incrementAndGet();
            }
        } catch (IOException broken) {
            if (!isLeaving) {
                brokenStreams.incrementAndGet();
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
