// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.exactlyonce;

import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.reactivetracker.recorder.Attempt;
import io.reactivetracker.recorder.TaskAlreadyRecordedException;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.redis.RedisRecordStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * A process that is asked for every payment, like its two siblings, and says on its output what it does.
 *
 * <p>It begins when it gets a line on its input. It may have a payment to begin with, at which it stops until it gets another line, while it goes on with the
 * others: that is how the demo knows what a process has in hand when it kills or pauses it.
 */
public final class PaymentProcess {

    /** How many payments everybody is asked for. */
    static final int NUMBER = 30;

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Executor MOMENT = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);

    private final TaskRecorder<String> payments;
    private final Bank bank;
    private final String holdAt;
    private final boolean isChargedFirst;

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
     * @param arguments the URI of the server; the payment to hold at, or nothing; whether that is after the charge
     */
    public static void main(String[] arguments) {
        PaymentProcess process = new PaymentProcess(arguments[0], arguments[1], Boolean.parseBoolean(arguments[2]));
        process.say("ready");
        process.awaitLine();
        process.run();
        process.say("done");
        System.exit(0);
    }

    private void run() {
        CompletableFuture<?> held = holdAt.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.runAsync(() -> pay(holdAt), work -> new Thread(work).start());
        List<String> shuffled = new ArrayList<>(payments());
        Collections.shuffle(shuffled, new Random());
        while (payments.counts().join().getOrDefault(TaskStatus.SUCCEEDED, 0L) < NUMBER) {
            shuffled.forEach(this::pay);
        }
        held.join();
    }

    private void pay(String payment) {
        try {
            String answer = payments.record(payment, this::charge).join();
            say("paid " + payment + " " + answer);
        } catch (CompletionException failure) {
            if (!(failure.getCause() instanceof TaskAlreadyRecordedException)) {
                say("failed " + payment + " " + failure.getCause());
            }
        }
    }

    private CompletableFuture<String> charge(Attempt<String> attempt) {
        if (!attempt.key().equals(holdAt)) {
            return CompletableFuture.supplyAsync(() -> attempt, MOMENT).thenCompose(this::chargeNow);
        }
        return isChargedFirst
                ? chargeNow(attempt).thenCompose(answer -> hold(attempt).thenApply(held -> answer))
                : hold(attempt).thenCompose(held -> chargeNow(attempt)).whenComplete((answer, refused) -> {
                    if (refused != null) {
                        say("refused " + attempt.key() + " " + refused.getCause());
                    }
                });
    }

    private CompletableFuture<String> chargeNow(Attempt<String> attempt) {
        return bank.charge(attempt.key(), attempt.fence(), 100).toCompletableFuture();
    }

    private CompletableFuture<Void> hold(Attempt<String> attempt) {
        say("holds " + attempt.key());
        return CompletableFuture.runAsync(this::awaitLine, work -> new Thread(work).start());
    }

    private void say(String what) {
        System.out.println(what);
    }

    private void awaitLine() {
        try {
            int next = System.in.read();
            while (next >= 0 && next != '\n') {
                next = System.in.read();
            }
        } catch (IOException closed) {
            say("nobody there: " + closed);
        }
    }
}
