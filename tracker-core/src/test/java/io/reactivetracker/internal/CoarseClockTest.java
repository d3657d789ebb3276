// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CoarseClockTest {

    private final AtomicLong system = new AtomicLong();
    private final AtomicInteger readings = new AtomicInteger();
    private final CoarseClock clock = new CoarseClock(() -> {
        readings.incrementAndGet();
        return system.get();
    });

    @Test
    void readsTheSystemsClockForWhoAsksFirst() {
        system.set(7);
        assertThat(clock.read()).isEqualTo(7);
    }

    @Test
    void showsTheTimeOfALaterTick() {
        clock.read();
        system.set(8);
        await().until(() -> clock.read() == 8);
    }

    @Test
    void doesNotReadTheSystemsClockForEachWhoAsks() {
        clock.read();
        int asked = 0;
        for (int before = readings.get(); readings.get() < before + 3; asked++) {
            clock.read();
        }
        assertThat(asked).isGreaterThan(100);
    }

    @Test
    void ticksNoMoreWhenNobodyAsks() {
        clock.read();
        await().until(() -> !clock.tick());
        system.set(9);
        assertThat(clock.read())
                .as("read of the system's clock, and not left from before")
                .isEqualTo(9);
    }

    @Test
    void isNeverAheadOfTheSystemsClock() {
        for (int i = 0; i < 100_000; i++) {
            long coarse = CoarseClock.nanoTime();
            assertThat(System.nanoTime() - coarse).isNotNegative();
        }
    }
}
