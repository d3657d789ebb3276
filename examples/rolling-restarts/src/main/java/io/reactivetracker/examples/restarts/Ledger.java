// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.restarts;

import io.lettuce.core.api.StatefulRedisConnection;
import java.util.Map;
import reactor.core.publisher.Mono;

/**
 * Counts in Redis how often each payment was made and each parcel was shipped.
 *
 * @param redis the connection
 */
public record Ledger(StatefulRedisConnection<String, String> redis) implements AutoCloseable {

    private static final String CHARGED = "charged";
    private static final String SHIPPED = "shipped";

    Mono<Long> charge(String payment) {
        return redis.reactive().hincrby(CHARGED, payment, 1);
    }

    /** Blocks. */
    long ship(String parcel) {
        return redis.sync().hincrby(SHIPPED, parcel, 1);
    }

    /**
     * Returns how often each payment was made.
     *
     * @return a number by payment
     */
    public Map<String, String> charged() {
        return redis.sync().hgetall(CHARGED);
    }

    /**
     * Returns how often each parcel was shipped.
     *
     * @return a number by parcel
     */
    public Map<String, String> shipped() {
        return redis.sync().hgetall(SHIPPED);
    }

    @Override
    public void close() {
        redis.close();
    }
}
