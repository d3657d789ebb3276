// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.exactlyonce;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * Charges payments. In one atomic step, it refuses a fencing token lower than one it has seen for the same payment, and
 * does not charge a payment twice.
 */
final class Bank {

    private static final String FENCES = "bank:fences";
    private static final String CHARGED = "bank:charged";
    private static final String TIMES = "bank:times";
    private static final String STALE = "bank:stale";
    private static final String CHARGE = script();

    private final StatefulRedisConnection<String, String> connection;

    Bank(RedisClient client) {
        connection = client.connect();
    }

    private static String script() {
        try (InputStream resource = Objects.requireNonNull(Bank.class.getResourceAsStream("charge.lua"))) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    CompletionStage<String> charge(String payment, long fence, int cents) {
        return connection
                .async()
                .<String>eval(
                        CHARGE,
                        ScriptOutputType.VALUE,
                        new String[] {FENCES, CHARGED, TIMES, STALE},
                        payment,
                        String.valueOf(fence),
                        String.valueOf(cents))
                .thenApply(answer -> {
                    if (answer.equals("STALE")) {
                        throw new IllegalStateException(
                                "the bank has seen a fencing token higher than " + fence + " for " + payment);
                    }
                    return answer;
                });
    }

    /** Returns the number of charges of each payment. */
    Map<String, String> times() {
        return connection.sync().hgetall(TIMES);
    }

    /** Returns the number of charges of each payment that were refused because of their fencing token. */
    Map<String, String> stale() {
        return connection.sync().hgetall(STALE);
    }
}
