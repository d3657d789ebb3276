// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.exactlyonce;

import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.reactivetracker.recorder.Attempt;
import io.reactivetracker.recorder.TaskAlreadyRecordedException;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.redis.RedisRecordStore;
import java.io.EOFException;
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
 * <p>It may have a payment to begin with, at which it holds. A first line on its input has it begin that one, a second one
 * all the others, and a third one ends the hold: that is how the demo knows what a process has in hand when it kills or
 * pauses it.
 */
public final class PaymentProcess {

    /** How many payments everybody is asked for. */
    static final int NUMBER = 30;

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Executor MOMENT = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);
    private static final Executor NEW_THREAD = work -> new Thread(work).start();

    private final TaskRecorder<String> payments;
    private final Bank bank;
    private final String holdAt;
    private final boolean isChargedFirst;

    private final CompletableFuture<Void> mayBegin = new CompletableFuture<>();
    private final CompletableFuture<Void> mayGoOn = new CompletableFuture<>();
    private final CompletableFuture<Void> mayEndHold = new CompletableFuture<>();
    private volatile CompletableFuture<String> held = CompletableFuture.completedFuture("nothing");

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
        Thread listener = new Thread(process::listen, "listener");
        listener.setDaemon(true);
        listener.start();
        process.say("ready");
        process.run();
        process.say("done");
        System.exit(0);
    }

    private void listen() {
        try {
            for (CompletableFuture<Void> line : List.of(mayBegin, mayGoOn, mayEndHold)) {
                int next = System.in.read();
                while (next != '\n') {
                    if (next < 0) {
                        throw new EOFException("nobody is there any more");
                    }
                    next = System.in.read();
                }
                line.complete(null);
            }
        } catch (IOException abandoned) {
            say("ends: " + abandoned);
            Runtime.getRuntime().halt(1);
        }
    }

    private void run() {
        mayBegin.join();
        CompletableFuture<Void> first = holdAt.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.runAsync(() -> pay(holdAt), NEW_THREAD);
        mayGoOn.join();
        List<String> others = new ArrayList<>(payments());
        others.remove(holdAt);
        Collections.shuffle(others, new Random());
        while (!areAllPaid()) {
            others.forEach(this::pay);
        }
        first.join();
        // A lost lease ends what is recorded, but not what is done.
        held.handle((answer, refused) -> answer).join();
    }

    // After a pause, an answer that was on its way comes too late: one asks again.
    private boolean areAllPaid() {
        return payments.counts()
                .handle((counts, late) -> late == null && counts.getOrDefault(TaskStatus.SUCCEEDED, 0L) >= NUMBER)
                .join();
    }

    private void pay(String payment) {
        payments.record(payment, this::charge)
                .handle((answer, failure) -> {
                    if (failure == null) {
                        say("paid " + payment + " " + answer);
                    } else if (!(failure instanceof TaskAlreadyRecordedException)) {
                        say("failed " + payment + " " + failure);
                    }
                    return answer;
                })
                .join();
    }

    private CompletableFuture<String> charge(Attempt<String> attempt) {
        if (!attempt.key().equals(holdAt)) {
            return CompletableFuture.supplyAsync(() -> attempt, MOMENT).thenCompose(this::chargeNow);
        }
        held = CompletableFuture.supplyAsync(() -> chargeAndHold(attempt), NEW_THREAD);
        return held;
    }

    private String chargeAndHold(Attempt<String> attempt) {
        if (isChargedFirst) {
            String answer = chargeNow(attempt).join();
            hold(attempt);
            return answer;
        }
        hold(attempt);
        try {
            return chargeNow(attempt).join();
        } catch (CompletionException refused) {
            say("refused " + attempt.key() + " " + refused.getCause());
            throw refused;
        }
    }

    private CompletableFuture<String> chargeNow(Attempt<String> attempt) {
        return bank.charge(attempt.key(), attempt.fence(), 100).toCompletableFuture();
    }

    private void hold(Attempt<String> attempt) {
        say("holds " + attempt.key());
        mayEndHold.join();
    }

    private void say(String what) {
        System.out.println(what);
    }
}
