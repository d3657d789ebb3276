// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.test.Together;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class RegistrationSlotTest {

    private final RegistrationSlot slot = new RegistrationSlot();
    private final AtomicInteger first = new AtomicInteger();
    private final AtomicInteger second = new AtomicInteger();

    @Test
    void keepsARegistrationUntilItIsClosed() {
        slot.set(first::incrementAndGet);
        assertThat(first).hasValue(0);
        assertThat(slot.isClosed()).isFalse();
        slot.close();
        assertThat(first).hasValue(1);
        assertThat(slot.isClosed()).isTrue();
    }

    @Test
    void closesARegistrationThatArrivesLate() {
        slot.close();
        slot.set(first::incrementAndGet);
        slot.set(second::incrementAndGet);
        assertThat(first).hasValue(1);
        assertThat(second).hasValue(1);
        assertThat(slot.isClosed()).isTrue();
    }

    @Test
    void closesARegistrationThatAnotherOneReplaces() {
        slot.set(first::incrementAndGet);
        slot.set(second::incrementAndGet);
        assertThat(first).hasValue(1);
        assertThat(second).hasValue(0);
        slot.close();
        assertThat(first).hasValue(1);
        assertThat(second).hasValue(1);
    }

    @Test
    void closesARegistrationOnceHoweverOftenItIsClosed() {
        slot.set(first::incrementAndGet);
        slot.close();
        slot.close();
        assertThat(first).hasValue(1);
    }

    @Test
    void tellsARegistrationOfNothingFromOneThatIsClosed() {
        slot.set(Registration.none());
        assertThat(slot.isClosed()).isFalse();
        slot.close();
        assertThat(slot.isClosed()).isTrue();
        assertThat(Registration.none()).isSameAs(Registration.none());
    }

    @Test
    void isClosedAlthoughARegistrationThrows() {
        slot.set(() -> {
            throw new IllegalStateException("broken");
        });
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(slot::close);
        slot.set(first::incrementAndGet);
        assertThat(first).hasValue(1);
    }

    @Test
    @SuppressWarnings("NullAway")
    void refusesNull() {
        assertThatNullPointerException().isThrownBy(() -> slot.set(null)).withMessage("registration must not be null");
    }

    @Test
    void closesEachRegistrationOnceIfTheyRaceWithTheEnd() throws Exception {
        int rounds = 20_000;
        RegistrationSlot[] slots = new RegistrationSlot[rounds];
        Arrays.setAll(slots, round -> new RegistrationSlot());
        AtomicIntegerArray closed = new AtomicIntegerArray(2 * rounds);
        Together.run(3, rounds, (thread, round) -> {
            if (thread == 2) {
                slots[round].close();
            } else {
                slots[round].set(() -> closed.incrementAndGet(2 * round + thread));
            }
        });
        for (int i = 0; i < closed.length(); i++) {
            assertThat(closed.get(i)).isEqualTo(1);
        }
    }
}
