// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.Registration;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SystemTimerTest {

    private final TaskTimer timer = TaskTimer.system();

    @Test
    void tellsTheTimeOfTheSystem() {
        long before = System.nanoTime();
        long told = timer.nanoTime();
        assertThat(told - before).isNotNegative();
        assertThat(System.nanoTime() - told).isNotNegative();
    }

    @Test
    void runsAnActionLaterInADaemonThreadAndNotInTheOneThatWaits() throws Exception {
        long before = System.nanoTime();
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        Registration unused = timer.schedule(Duration.ofMillis(20), () -> ran.complete(Thread.currentThread()));
        Thread thread = ran.get();
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(20_000_000);
        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.getName()).isNotEqualTo("reactive-tracker-timer");
    }

    @Test
    void keepsNothingThatWasTakenBack() {
        for (int i = 0; i < 1_000; i++) {
            timer.schedule(Duration.ofDays(1), () -> {}).close();
        }
        assertThat(SystemTimer.INSTANCE.alarms()).isLessThan(1_000);
    }

    @Test
    void keepsNoOneWaitingBehindAnActionThatTakesItsTime() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<String> other = new CompletableFuture<>();
        Registration slow = timer.schedule(Duration.ZERO, () -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Registration quick = timer.schedule(Duration.ofMillis(1), () -> other.complete("in time"));
        assertThat(other.get()).isEqualTo("in time");
        release.countDown();
        slow.close();
        quick.close();
    }

    @Test
    void takesALongerDelayThanItCanCount() {
        Registration never = timer.schedule(Duration.ofSeconds(Long.MAX_VALUE), () -> {});
        never.close();
    }
}
