// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A steady load with a crowd every few seconds. */
final class Waves implements Load {

    /** The carrier's time for each parcel, so that the parcels of a crowd queue for some seconds. */
    static final Duration TIME_FOR_EACH = Duration.ofMillis(7);

    private static final int SECONDS_BETWEEN_CROWDS = 18;

    private static final Load STEADY = new Customers("order", Duration.ofMillis(100), 2_000);
    private static final Load CROWD = new Customers("crowd", Duration.ofMillis(30), 60);

    @Override
    public Answers run(InetSocketAddress server) throws Exception {
        ScheduledExecutorService crowds = Executors.newSingleThreadScheduledExecutor();
        try {
            ScheduledFuture<?> unused = crowds.scheduleAtFixedRate(
                    () -> order(CROWD, server), SECONDS_BETWEEN_CROWDS / 2, SECONDS_BETWEEN_CROWDS, TimeUnit.SECONDS);
            return STEADY.run(server);
        } finally {
            crowds.shutdownNow();
        }
    }

    private static void order(Load load, InetSocketAddress server) {
        try {
            Answers unused = load.run(server);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
