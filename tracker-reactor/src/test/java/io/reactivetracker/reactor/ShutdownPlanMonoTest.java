// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.shutdown.ShutdownPlan;
import io.reactivetracker.shutdown.ShutdownPlanReport;
import io.reactivetracker.test.ManualTimer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.test.publisher.TestPublisher;

/** A {@code Mono} as a task of a shutdown plan. */
@Timeout(60)
class ShutdownPlanMonoTest {

    private final ManualTimer timer = new ManualTimer();
    private final TestPublisher<String> source = TestPublisher.create();
    private final CompletableFuture<ShutdownPlanReport> report = ShutdownPlan.within(Duration.ofSeconds(5))
            .timer(timer)
            .phase("flush", phase -> phase.task("mono", context -> source.mono().toFuture()))
            .build()
            .run("test");

    @Test
    void isSubscribedToAndWaitedFor() {
        await().until(source::wasSubscribed);
        assertThat(report).isNotDone();
        source.complete();

        assertThat(report.join().isComplete()).isTrue();
    }

    @Test
    void isCancelledWhenTheTimeOfItsPhaseIsOver() {
        await().until(source::wasSubscribed);
        // The plan knows the stage once the body has returned it, which is after the subscription.
        timer.advance(Duration.ofSeconds(5));

        assertThat(report.join().isComplete()).isFalse();
        await().until(source::wasCancelled);
    }

    @Test
    void failsItsTaskWithTheErrorItself() {
        await().until(source::wasSubscribed);
        source.error(new IllegalStateException("not flushed"));

        assertThat(report.join().toString()).contains("mono failed: java.lang.IllegalStateException: not flushed");
        assertThat(Mono.fromFuture(report).block()).isSameAs(report.join());
    }
}
