// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.restarts.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Three servers over a real Redis, behind a balancer and under load, lose nothing when they are restarted. */
class RollingRestartsTest {

    @Test
    void nothingIsLostDoneTwiceStuckOrBrokenByRollingRestarts() throws Exception {
        RestartsReport report = Rollout.run(Integer.getInteger("restarts.rounds", 1), System.out::println);

        assertThat(report.lost()).as("lost").isEmpty();
        assertThat(report.twice()).as("done twice").isEmpty();
        assertThat(report.unanswered()).as("unanswered").isEmpty();
        assertThat(report.stuck()).as("payments that run after the end").isZero();
        assertThat(report.hung()).as("hung stops").isZero();
        assertThat(report.unclean()).as("stops without a drain").isEmpty();
        assertThat(report.brokenStreams()).as("broken streams").isZero();
        assertThat(report.payments()).isPositive();
        assertThat(report.parcels()).isPositive();
        assertThat(report.endedStreams())
                .as("streams that a stop has completed")
                .isPositive();
    }

    @Test
    void aParcelIsLostIfItsServerIsKilled() throws Exception {
        try (Rollout rollout = new Rollout(1)) {
            rollout.customers().send("parcel-1", 600_000); // far longer than the test
            rollout.kill(0);

            RestartsReport report = rollout.end();
            assertThat(report.lost()).containsExactly("parcel-1");
            assertThat(report.unclean()).as("stops without a drain").hasSize(1);
        }
    }
}
