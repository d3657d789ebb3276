// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A real server in a process of its own, real requests, a real SIGTERM. */
class ShutdownRunTest {

    private final List<String> console = new CopyOnWriteArrayList<>();

    @Test
    void losesNothingIfItIsTracked() throws Exception {
        ShutdownRun run = ShutdownRun.of(true, console::add);
        assertThat(run.accepted()).hasSize(ShutdownRun.ORDERS);
        assertThat(run.lost()).isEmpty();
        assertThat(run.shipped()).isEqualTo(run.accepted());
        assertThat(run.exitCode()).isEqualTo(143);
        assertThat(console)
                .contains("draining " + (ShutdownRun.ORDERS - ShutdownRun.SHIPPED_AT_ONCE), "drained")
                .anyMatch(line -> line.matches("running \\d+, the oldest: ship order-\\d+ .*"));
    }

    @Test
    void losesWhatIsInFlightIfItIsForgotten() throws Exception {
        ShutdownRun run = ShutdownRun.of(false, console::add);
        assertThat(run.accepted()).hasSize(ShutdownRun.ORDERS);
        assertThat(run.shipped()).hasSize(ShutdownRun.SHIPPED_AT_ONCE);
        assertThat(run.lost()).hasSize(ShutdownRun.ORDERS - ShutdownRun.SHIPPED_AT_ONCE);
        assertThat(run.exitCode()).isEqualTo(143);
    }
}
