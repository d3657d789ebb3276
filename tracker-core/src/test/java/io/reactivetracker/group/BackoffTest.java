// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackoffTest {

    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final Backoff backoff = Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(1));

    @Test
    void noneWaitsNotAtAll() {
        assertThat(Backoff.none().delay(1)).isZero();
        assertThat(Backoff.none().delay(Integer.MAX_VALUE)).isZero();
        assertThat(Backoff.none().jitter(1).delay(7)).isZero();
    }

    @Test
    void fixedWaitsTheSameEachTime() {
        Backoff fixed = Backoff.fixed(Duration.ofSeconds(3));
        assertThat(IntStream.of(1, 2, 100, Integer.MAX_VALUE).mapToObj(fixed::delay))
                .containsOnly(Duration.ofSeconds(3));
    }

    @Test
    void exponentialWaitsTwiceAsLongEachTimeUpToTheLongest() {
        assertThat(IntStream.rangeClosed(1, 6)
                        .mapToObj(retry -> backoff.delay(retry).toMillis()))
                .containsExactly(100L, 200L, 400L, 800L, 1_000L, 1_000L);
    }

    @Test
    void staysAtTheLongestHoweverOftenItIsTried() {
        assertThat(backoff.delay(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void neverTurnsNegativeForTheLongestWaitsThereAre() {
        Backoff slow = Backoff.exponential(Duration.ofNanos(1), FOREVER);
        for (int retry = 2; retry < 100; retry++) {
            assertThat(slow.delay(retry)).isGreaterThanOrEqualTo(slow.delay(retry - 1));
        }
        assertThat(slow.delay(1_000)).isGreaterThan(Duration.ofDays(365 * 100));
        assertThat(Backoff.fixed(FOREVER).jitter(1, () -> 1).delay(1)).isPositive();
    }

    @Test
    void jitterAddsOrTakesAwayUpToItsPartOfTheWait() {
        assertThat(backoff.jitter(0.5, () -> 1).delay(2)).isEqualTo(Duration.ofMillis(300));
        assertThat(backoff.jitter(0.5, () -> 0).delay(2)).isEqualTo(Duration.ofMillis(200));
        assertThat(backoff.jitter(0.5, () -> -1).delay(2)).isEqualTo(Duration.ofMillis(100));
        assertThat(backoff.jitter(1, () -> -1).delay(2)).isZero();
    }

    @Test
    void jitterIsNotBoundByTheLongestWait() {
        assertThat(backoff.jitter(0.5, () -> 1).delay(9)).isEqualTo(Duration.ofMillis(1_500));
    }

    @Test
    void jitterByChanceDiffersAndStaysWithinItsPart() {
        Backoff jittered = backoff.jitter(0.25);
        assertThat(IntStream.range(0, 1_000).mapToObj(i -> jittered.delay(1)))
                .allSatisfy(delay -> assertThat(delay).isBetween(Duration.ofMillis(75), Duration.ofMillis(125)));
        assertThat(IntStream.range(0, 1_000).mapToObj(i -> jittered.delay(1)).distinct())
                .hasSizeGreaterThan(100);
        assertThat(IntStream.range(0, 1_000).mapToObj(i -> jittered.delay(1)))
                .anyMatch(delay -> delay.compareTo(Duration.ofMillis(100)) > 0)
                .anyMatch(delay -> delay.compareTo(Duration.ofMillis(100)) < 0);
    }

    @Test
    void jitterDoesNotChangeTheBackoffItWasAskedOf() {
        Backoff unused = backoff.jitter(1);
        assertThat(backoff.delay(1)).isEqualTo(Duration.ofMillis(100));
        assertThat(backoff.jitter(1).jitter(0).delay(1)).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void tellsItsWaitsWhenPrinted() {
        assertThat(backoff.jitter(0.5)).hasToString("Backoff[PT0.1S to PT1S, jitter 0.5]");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY})
    void refusesAJitterThatIsNoPart(double factor) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backoff.jitter(factor))
                .withMessage("factor must be from 0 to 1, but was " + factor);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void refusesARetryThatIsNone(int retry) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backoff.delay(retry))
                .withMessage("retry must be positive, but was " + retry);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void refusesAWaitThatIsNotPositive(long seconds) {
        Duration wait = Duration.ofSeconds(seconds);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Backoff.exponential(wait, Duration.ofSeconds(1)))
                .withMessage("first must be positive, but was " + wait);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Backoff.fixed(wait))
                .withMessage("delay must be positive, but was " + wait);
    }

    @Test
    void refusesALongestWaitThatIsShorterThanTheFirst() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Backoff.exponential(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .withMessage("max must not be shorter than first, but was PT1S with first PT2S");
    }

    @Test
    @SuppressWarnings("NullAway")
    void refusesNullByName() {
        assertThatNullPointerException()
                .isThrownBy(() -> Backoff.exponential(null, FOREVER))
                .withMessage("first must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> Backoff.exponential(FOREVER, null))
                .withMessage("max must not be null");
        assertThatNullPointerException().isThrownBy(() -> Backoff.fixed(null)).withMessage("delay must not be null");
    }
}
