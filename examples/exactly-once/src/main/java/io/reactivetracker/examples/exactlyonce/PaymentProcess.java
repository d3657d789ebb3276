// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.exactlyonce;

import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.reactivetracker.recorder.RecordContext;
import io.reactivetracker.recorder.TaskAlreadyRecordedException;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.redis.RedisRecordStore;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * A process that tries to make every payment, like its two siblings, and logs what it does on standard output.
 *
 * <p>Lines on standard input are commands. {@value #HOLD} begins the payment to hold, if there is one, and stops in the
 * middle until {@value #RELEASE}. {@value #WORK} makes all other payments meanwhile. So the demo knows which payment a
 * process is making when it kills or pauses it.
 */
public final class PaymentProcess {

    static final String HOLD = "hold";
    static final String WORK = "work";
    static final String RELEASE = "release";

    /** The number of payments. */
    static final int NUMBER = 30;

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Executor MOMENT = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);

    private final TaskRecorder<String> payments;
    private final Bank bank;
    private final String holdAt;
    private final boolean isChargedFirst;
    private final Map<String, CompletableFuture<Void>> told = new ConcurrentHashMap<>();
    private volatile CompletableFuture<String> heldCharge = CompletableFuture.completedFuture("none");

    private PaymentProcess(String uri, String holdAt, boolean isChargedFirst) {
        RedisClient client = RedisClient.create(uri);
        this.payments = recorder(client);
        this.bank = new Bank(client);
        this.holdAt = holdAt;
        this.isChargedFirst = isChargedFirst;
    }

    static TaskRecorder<String> recorder(RedisClient client) {
        return TaskRecorder.create(RedisRecordStore.builder("payments", client.connect(ByteArrayCodec.INSTANCE))
                .lease(LEASE)
                .timeLimit(LEASE.dividedBy(2))
                .build());
    }

    static List<String> payments() {
        return IntStream.rangeClosed(1, NUMBER)
                .mapToObj("payment-%02d"::formatted)
                .toList();
    }

    /**
     * Makes payments until all have succeeded.
     *
     * @param arguments the URI of the server; the payment to hold, or an empty string; whether to hold it after the
     *     charge
     */
    public static void main(String[] arguments) {
        PaymentProcess process = new PaymentProcess(arguments[0], arguments[1], Boolean.parseBoolean(arguments[2]));
        Thread listener = new Thread(process::listen, "listener");
        listener.setDaemon(true);
        listener.start();
        process.say("ready");
        process.run();
        process.say("done");
        System.exit(0);
    }

    private void run() {
        CompletableFuture<?> held = holdAt.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : told(HOLD).thenRunAsync(() -> pay(holdAt), work -> new Thread(work).start());
        told(WORK).join();
        List<String> shuffled = new ArrayList<>(payments());
        Collections.shuffle(shuffled, new Random());
        while (!haveAllSucceeded()) {
            shuffled.forEach(this::pay);
        }
        held.join();
        // The recorder has dropped the payment that lost its lease, but its charge is still under way.
        heldCharge.handle((answer, refused) -> answer).join();
    }

    private boolean haveAllSucceeded() {
        try {
            return payments.counts().join().getOrDefault(TaskStatus.SUCCEEDED, 0L) == NUMBER;
        } catch (CompletionException failure) {
            // For example after a pause longer than the time limit of the store.
            say("failed to count " + failure.getCause());
            return false;
        }
    }

    private void pay(String payment) {
        try {
            String answer = payments.record(payment, this::charge).join();
            say("paid " + payment + " " + answer);
        } catch (CancellationException cancelled) {
            // For example after a pause longer than the lease.
            say("cancelled " + payment + " " + cancelled.getMessage());
        } catch (CompletionException failure) {
            if (!(failure.getCause() instanceof TaskAlreadyRecordedException)) {
                say("failed " + payment + " " + failure.getCause());
            }
        }
    }

    private CompletableFuture<String> charge(RecordContext<String> attempt) {
        if (!attempt.key().equals(holdAt)) {
            return CompletableFuture.supplyAsync(() -> attempt, MOMENT).thenCompose(this::chargeNow);
        }
        CompletableFuture<String> charged = isChargedFirst
                ? chargeNow(attempt).thenCompose(answer -> hold(attempt).thenApply(held -> answer))
                : hold(attempt).thenCompose(held -> chargeNow(attempt)).whenComplete((answer, refused) -> {
                    if (refused != null) {
                        say("refused " + attempt.key() + " " + refused.getCause());
                    }
                });
        heldCharge = charged;
        return charged;
    }

    private CompletableFuture<String> chargeNow(RecordContext<String> attempt) {
        return bank.charge(attempt.key(), attempt.fencingToken(), 100).toCompletableFuture();
    }

    private CompletableFuture<Void> hold(RecordContext<String> attempt) {
        say("holds " + attempt.key());
        return told(RELEASE);
    }

    private CompletableFuture<Void> told(String what) {
        return told.computeIfAbsent(what, first -> new CompletableFuture<>());
    }

    private void listen() {
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                .lines()
                .forEach(line -> told(line).complete(null));
        say("ends, since its parent has ended");
        Runtime.getRuntime().halt(1);
    }

    private void say(String what) {
        System.out.println(what);
    }
}
