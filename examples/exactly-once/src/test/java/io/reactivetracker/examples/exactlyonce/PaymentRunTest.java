// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.exactlyonce;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.recorder.TaskStatus;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Tests that the demo keeps its promises. */
class PaymentRunTest {

    @Test
    void eachPaymentIsMadeOnceAlthoughOneProcessIsKilledAndOneIsPaused() throws IOException {
        PaymentRun run = PaymentRun.run(line -> {});

        assertThat(run.statuses()).hasSize(PaymentProcess.NUMBER);
        assertThat(run.statuses().keySet()).allSatisfy(payment -> {
            assertThat(run.statuses()).containsEntry(payment, TaskStatus.SUCCEEDED);
            assertThat(run.timesCharged(payment)).as("charges of %s", payment).isEqualTo(1);
        });
        assertThat(run.isEachDoneOnce()).isTrue();
        assertThat(run.timesRefused(PaymentRun.OF_THE_PAUSED)).isEqualTo(1);
    }
}
