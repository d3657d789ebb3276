// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import java.time.Duration;

/** Stops a server that sends an endless stream, without and with the starter, and prints the time that it takes. */
public final class StreamDemo {

    /** The default of Spring Boot. */
    private static final Duration TIME_PER_PHASE = Duration.ofSeconds(30);

    private StreamDemo() {}

    /**
     * Runs the demo.
     *
     * @param arguments none
     * @throws Exception if the server can't be started or reached
     */
    public static void main(String[] arguments) throws Exception {
        System.out.println("| stream | from SIGTERM to the exit, Boot alone | with the starter | the client sees |");
        System.out.println("|---|---|---|---|");
        for (StreamRun.Stream stream : StreamRun.Stream.values()) {
            StreamRun alone = StreamRun.of(stream, StreamRun.ALONE, TIME_PER_PHASE);
            StreamRun starter = StreamRun.of(stream, StreamRun.WITH_STARTER, TIME_PER_PHASE);
            System.out.printf(
                    "| %s | %s, %s | %s | %s |%n",
                    stream.title, seconds(alone.time()), alone.seen(), seconds(starter.time()), starter.seen());
        }
    }

    private static String seconds(Duration time) {
        return "%.1f s".formatted(time.toMillis() / 1000.0);
    }
}
