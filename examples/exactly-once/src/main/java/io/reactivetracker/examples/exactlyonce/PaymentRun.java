// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.exactlyonce;

import io.lettuce.core.RedisClient;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.redistest.RedisServer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The results of one run of the three processes. */
record PaymentRun(Map<String, TaskStatus> statuses, Map<String, String> charged, Map<String, String> stale) {

    static final String OF_THE_KILLED = "payment-10";
    static final String OF_THE_PAUSED = "payment-20";

    /** Runs the processes, for about the time of two leases. */
    static PaymentRun run(Consumer<String> log) throws IOException {
        try (RedisServer server = RedisServer.start()) {
            RedisClient client = RedisClient.create(server.uri());
            try (Child first = new Child("1", server.uri(), OF_THE_KILLED, true, log);
                    Child second = new Child("2", server.uri(), OF_THE_PAUSED, false, log);
                    Child third = new Child("3", server.uri(), "", false, log)) {
                List<Child> all = List.of(first, second, third);
                all.forEach(Child::awaitReady);
                first.tell(PaymentProcess.HOLD);
                second.tell(PaymentProcess.HOLD);
                first.awaitHold();
                second.awaitHold();
                all.forEach(child -> child.tell(PaymentProcess.WORK));
                Child.awaitPayment(all);
                first.kill();
                second.pause();
                third.awaitEnd();
                second.goOn();
                second.tell(PaymentProcess.RELEASE);
                second.awaitRefusal();
                return look(client);
            } finally {
                client.shutdown(0, 10, TimeUnit.SECONDS);
            }
        }
    }

    private static PaymentRun look(RedisClient client) {
        TaskRecorder<String> payments = PaymentProcess.recorder(client);
        Map<String, TaskStatus> statuses = new TreeMap<>();
        PaymentProcess.payments()
                .forEach(payment ->
                        statuses.put(payment, payments.status(payment).join()));
        Bank bank = new Bank(client);
        return new PaymentRun(statuses, bank.times(), bank.stale());
    }

    int timesCharged(String payment) {
        return Integer.parseInt(charged.getOrDefault(payment, "0"));
    }

    int timesRefused(String payment) {
        return Integer.parseInt(stale.getOrDefault(payment, "0"));
    }

    boolean isEachDoneOnce() {
        return List.copyOf(statuses.keySet()).equals(PaymentProcess.payments())
                && statuses.keySet().stream()
                        .allMatch(
                                payment -> statuses.get(payment) == TaskStatus.SUCCEEDED && timesCharged(payment) == 1);
    }
}
