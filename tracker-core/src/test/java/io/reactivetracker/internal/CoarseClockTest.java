// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
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
        Thread test = Thread.currentThread();
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger readByWhoAsks = new AtomicInteger();
        // Its thread does not reach its first tick, so only the test reads the system's clock.
        CoarseClock held = new CoarseClock(() -> {
            if (Thread.currentThread().equals(test)) {
                return readByWhoAsks.incrementAndGet();
            }
            awaitUninterruptibly(release);
            return 1;
        });
        try {
            for (int i = 0; i < 1_000; i++) {
                assertThat(held.read()).isEqualTo(1);
            }
            assertThat(readByWhoAsks).hasValue(1);
        } finally {
            release.countDown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void ticksNoMoreWhenItIsNotRead() {
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

    @Test
    void isReadFromTheSystemAgainWhenItsThreadHasDied() {
        Thread test = Thread.currentThread();
        AtomicLong real = new AtomicLong();
        AtomicInteger died = new AtomicInteger();
        CoarseClock dying = new CoarseClock(() -> {
            if (!Thread.currentThread().equals(test)) {
                Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> died.incrementAndGet());
                throw new IllegalStateException("no clock");
            }
            return real.get();
        });
        dying.read();
        await().until(() -> died.get() == 1);
        real.incrementAndGet();
        assertThat(dying.read()).isEqualTo(1);
    }
}
