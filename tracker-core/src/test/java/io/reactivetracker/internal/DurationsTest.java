// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DurationsTest {

    @Test
    void timesAreInSeconds() {
        assertThat(Durations.inSeconds(Duration.ofMillis(48_249))).isEqualTo("48.2 s");
        assertThat(Durations.inSeconds(Duration.ZERO)).isEqualTo("0.0 s");
        assertThat(Durations.inSeconds(Duration.ofHours(2))).isEqualTo("7200.0 s");
        assertThat(Durations.inSeconds(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Long.MAX_VALUE + ".0 s");
    }
}
