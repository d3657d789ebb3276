// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ShutdownTimesTest {

    @Test
    void ofSpringsThirtySecondsFiveAreLeft() {
        assertThat(times(null, null, 30)).isEqualTo(new ShutdownTimes(seconds(20), seconds(5)));
    }

    @Test
    void whoChangesTheTimeOfThePhaseChangesBoth() {
        assertThat(times(null, null, 12)).isEqualTo(new ShutdownTimes(seconds(8), seconds(2)));
        assertThat(times(null, null, 60)).isEqualTo(new ShutdownTimes(seconds(40), seconds(10)));
    }

    @Test
    void aTimeThatIsSetTakesFromTheOtherAndNotFromWhatIsLeft() {
        assertThat(times(null, seconds(1), 30)).isEqualTo(new ShutdownTimes(seconds(24), seconds(1)));
        assertThat(times(seconds(3), null, 30)).isEqualTo(new ShutdownTimes(seconds(3), seconds(5)));
    }

    @Test
    void bothCanBeSetToAnything() {
        assertThat(times(seconds(100), seconds(200), 30)).isEqualTo(new ShutdownTimes(seconds(100), seconds(200)));
        assertThat(times(Duration.ZERO, Duration.ZERO, 30)).isEqualTo(new ShutdownTimes(seconds(0), seconds(0)));
    }

    @Test
    void forEverIsAHundredYears() {
        assertThat(times(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE), 30)
                        .total())
                .isEqualTo(Duration.ofDays(73_000));
    }

    @Test
    void noTimeFollowsFromAPhaseThatHasNone() {
        assertThat(times(null, null, 0)).isEqualTo(new ShutdownTimes(seconds(0), seconds(0)));
        assertThat(times(null, null, -1)).isEqualTo(new ShutdownTimes(seconds(0), seconds(0)));
        assertThat(times(null, seconds(40), 30)).isEqualTo(new ShutdownTimes(seconds(0), seconds(40)));
    }

    @Test
    void whatIsGoneIsGoneOfTheWaitAlone() {
        ShutdownTimes times = new ShutdownTimes(seconds(20), seconds(5));
        assertThat(times.lessWait(seconds(2))).isEqualTo(new ShutdownTimes(seconds(20), seconds(3)));
        assertThat(times.lessWait(seconds(6))).isEqualTo(new ShutdownTimes(seconds(20), seconds(0)));
    }

    private static ShutdownTimes times(@Nullable Duration grace, @Nullable Duration cancelWait, int phase) {
        return ShutdownTimes.of(
                new ReactiveTrackerProperties.Shutdown(true, grace, cancelWait, 0, true), Duration.ofSeconds(phase));
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }
}
