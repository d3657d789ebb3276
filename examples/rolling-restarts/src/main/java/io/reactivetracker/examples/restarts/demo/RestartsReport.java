// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.restarts.demo;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The result of a run.
 *
 * @param restarts the number of stops by SIGTERM
 * @param payments the number of payments that customers were told are made
 * @param parcels the number of parcels that customers were told are accepted
 * @param repeated the number of requests that were sent again
 * @param events the number of lines that listeners got
 * @param endedStreams the number of streams that a server completed
 * @param brokenStreams the number of streams that broke off
 * @param unanswered the parcels that got no answer
 * @param lost the payments and parcels that are made zero times although the customer was told that they are
 * @param twice the payments and parcels that are made more than once
 * @param stuck the number of records of payments that run after the end
 * @param hung the number of processes that did not end after SIGTERM
 * @param unclean the lines of each server that did not exit as SIGTERM demands or did not log that it has drained
 */
record RestartsReport(
        int restarts,
        long payments,
        long parcels,
        long repeated,
        long events,
        long endedStreams,
        long brokenStreams,
        Set<String> unanswered,
        Set<String> lost,
        Set<String> twice,
        long stuck,
        int hung,
        List<String> unclean) {

    RestartsReport {
        unanswered = new TreeSet<>(unanswered);
        lost = new TreeSet<>(lost);
        twice = new TreeSet<>(twice);
    }

    @Override
    public String toString() {
        return restarts + " restarts: " + payments + " payments, " + parcels + " parcels, " + repeated
                + " requests sent again, " + events + " lines of news, " + endedStreams + " streams completed, "
                + brokenStreams + " broken; " + unanswered.size() + " unanswered, " + lost.size() + " lost, "
                + twice.size() + " done twice, " + stuck + " stuck, " + hung + " hung, " + unclean.size() + " unclean";
    }
}
