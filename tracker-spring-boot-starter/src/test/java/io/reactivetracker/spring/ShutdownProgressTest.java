// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.reactor.ReactorTracking;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.GenericApplicationContext;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class ShutdownProgressTest {

    private static final ShutdownTimes TIMES = new ShutdownTimes(Duration.ofSeconds(20), Duration.ofSeconds(5));

    private final GenericApplicationContext context = new GenericApplicationContext();
    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    private final ShutdownProgress progress = new ShutdownProgress(context, ReactorTracking.timer(clock));

    @Test
    void goesFromStepToStepAndMeasuresTheDrain() {
        progress.drainWillTake(TIMES);
        assertThat(progress.describe())
                .isEqualTo(new ShutdownProgress.Description(ShutdownState.RUNNING, 0, 20_000L, 5_000L));
        progress.onApplicationEvent(new ContextClosedEvent(context));
        clock.advanceTimeBy(Duration.ofSeconds(3));
        assertThat(progress.describe())
                .as("the web server takes its time")
                .isEqualTo(new ShutdownProgress.Description(ShutdownState.STOPPING, 0, 20_000L, 5_000L));
        progress.drainBegins();
        clock.advanceTimeBy(Duration.ofMillis(1_500));
        assertThat(progress.describe())
                .isEqualTo(new ShutdownProgress.Description(ShutdownState.DRAINING, 1_500, 20_000L, 5_000L));
        progress.drainIsOver();
        clock.advanceTimeBy(Duration.ofSeconds(3));
        assertThat(progress.describe())
                .isEqualTo(new ShutdownProgress.Description(ShutdownState.OVER, 1_500, 20_000L, 5_000L));
    }

    @Test
    void aWaitEndsWithItsStepAndHoldsNoneUp() {
        StepVerifier.create(progress.after(ShutdownState.RUNNING))
                .expectSubscription()
                .then(() -> progress.onApplicationEvent(new ContextClosedEvent(context)))
                .verifyComplete();
        StepVerifier.create(progress.after(ShutdownState.STOPPING)).verifyComplete();
        StepVerifier.create(progress.after(ShutdownState.DRAINING))
                .expectSubscription()
                .then(progress::drainBegins)
                .then(progress::drainIsOver)
                .verifyComplete();
        StepVerifier.create(progress.after(ShutdownState.OVER)).verifyComplete();
        StepVerifier.create(progress.after(ShutdownState.RUNNING)).verifyComplete();
    }

    @Test
    void aDrainAfterAFailedStartEndsTheWaitForTheClose() {
        StepVerifier.create(progress.after(ShutdownState.RUNNING))
                .expectSubscription()
                .then(progress::drainBegins)
                .verifyComplete();
        assertThat(progress.state()).isEqualTo(ShutdownState.DRAINING);
    }

    @Test
    void theCloseOfAnotherContextIsNone() {
        progress.onApplicationEvent(new ContextClosedEvent(new GenericApplicationContext()));
        assertThat(progress.state()).isEqualTo(ShutdownState.RUNNING);
        assertThat(progress.describe().graceMillis()).as("there is no drain").isNull();
    }
}
