// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WaitersTest {

    private final Waiters waiters = new Waiters();

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000, 100_000})
    void takeOneStepEachToRegisterAndOneToRun(int number) {
        AtomicLong steps = new AtomicLong();
        AtomicInteger runs = new AtomicInteger();
        boolean[] happened = {false};
        for (int i = 0; i < number; i++) {
            waiters.register(
                    () -> {
                        steps.incrementAndGet();
                        return happened[0];
                    },
                    runs::incrementAndGet);
        }
        happened[0] = true;
        waiters.runHappened();
        assertThat(runs).hasValue(number);
        assertThat(steps).hasValue(2L * number);
    }

    @Test
    void thatWaitForSomethingElseAreLeftWaiting() {
        AtomicInteger runs = new AtomicInteger();
        waiters.register(() -> false, runs::incrementAndGet);
        waiters.runHappened();
        assertThat(runs).hasValue(0);
    }

    @Test
    void takeOneStepToUnlinkHoweverManyThereAre() {
        AtomicLong steps = new AtomicLong();
        Registration registration = null;
        for (int i = 0; i < 1_000; i++) {
            Registration made = waiters.register(
                    () -> {
                        steps.incrementAndGet();
                        return false;
                    },
                    () -> {});
            registration = i == 500 ? made : registration;
        }
        assertThat(registration).isNotNull().satisfies(Registration::close);
        assertThat(steps).hasValue(1_000);
    }
}
