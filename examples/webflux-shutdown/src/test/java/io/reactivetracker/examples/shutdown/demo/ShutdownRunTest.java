// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Tests with a real server in its own process, a continuous load of real requests, and a real SIGTERM. */
class ShutdownRunTest {

    private final List<String> console = new CopyOnWriteArrayList<>();

    @Test
    void losesNothingWithTheStarterWhereSpringBootAloneLosesWhatIsInFlight() throws Exception {
        Customers customers = Customers.inHaste();
        ShutdownRun alone = ShutdownRun.of(ShutdownRun.ALONE, customers, line -> {});
        assertThat(alone.lost()).isNotEmpty();
        assertThat(alone.exitCode()).isEqualTo(143);

        ShutdownRun starter = ShutdownRun.of(ShutdownRun.WITH_STARTER, customers, console::add);
        assertThat(starter.lost()).isEmpty();
        assertThat(starter.exitCode()).as("as Spring Boot's own").isEqualTo(alone.exitCode());
        assertThat(console)
                .anyMatch(line -> line.matches(".*group \"shop\" is closed; waiting up to .* for \\d+ tasks"))
                .anyMatch(line -> line.matches(
                        ".*group \"shop\" drained in .*, 0 failed, 0 cancelled, 0 timed out, 0 rejected, 0 stuck"))
                .as("warnings of the starter about the configuration of the example")
                .noneMatch(line -> line.matches(".*WARN +spring: .*"));

        Answers heard = starter.answers();
        assertThat(heard.refused()).isPositive();
        assertThat(heard.ordersWith(Answer.HALF)).isEmpty();
        assertThat(heard.ordersWith(Answer.UNEXPECTED)).isEmpty();
        assertThat(heard.ordersWith(Answer.NONE))
                .as("orders on connections that Netty closed just then, one of each customer at most")
                .hasSizeLessThanOrEqualTo(Customers.NUMBER)
                .containsAll(starter.unanswered());
    }

    @Test
    void losesNothingUnderLoadFromWrk() throws Exception {
        assumeTrue(Wrk.isInstalled(), "wrk is not on the path: the same is tested with customers of our own");
        ShutdownRun run = ShutdownRun.of(ShutdownRun.WITH_STARTER, new Wrk(), console::add);
        assertThat(run.answers().accepted()).isNotEmpty();
        assertThat(run.lost()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(143);
    }
}
