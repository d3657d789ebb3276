// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.reactor.ReactorTracking;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;
import reactor.core.publisher.Mono;

/**
 * Where the shutdown of an application context stands, and a signal for each step.
 *
 * <pre>
 *  RUNNING ──the context is closed──→ STOPPING ──the drain begins──→ DRAINING ──→ OVER
 *     └───────────────the drain begins, the start has failed────────────↑
 * </pre>
 *
 * <p>Each step is a token that is cancelled when the step is reached, so a step is reached once and never left for an
 * earlier one. Any thread may make a step.
 */
final class ShutdownProgress implements ApplicationListener<ContextClosedEvent>, Ordered {

    private final ApplicationContext context;
    private final TaskTimer timer;
    private final CancellationToken stopping = CancellationToken.create();
    private final CancellationToken draining = CancellationToken.create();
    private final CancellationToken over = CancellationToken.create();
    private volatile @Nullable ShutdownTimes times;

    // Written before the token of the step is cancelled.
    private volatile long start;
    private volatile long end;

    ShutdownProgress(ApplicationContext context, TaskTimer timer) {
        this.context = context;
        this.timer = timer;
    }

    /** Announces the times of the drain. Without a call, there is no drain. */
    void drainWillTake(ShutdownTimes announced) {
        times = announced;
    }

    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        // Events of child contexts arrive here, too.
        if (event.getApplicationContext().equals(context)) {
            stopping.cancel();
        }
    }

    /** First, since a listener that throws keeps an event from those after it. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    void drainBegins() {
        start = timer.nanoTime();
        stopping.cancel();
        draining.cancel();
    }

    void drainIsOver() {
        end = timer.nanoTime();
        over.cancel();
    }

    ShutdownState state() {
        if (over.isCancelled()) {
            return ShutdownState.OVER;
        }
        if (draining.isCancelled()) {
            return ShutdownState.DRAINING;
        }
        return stopping.isCancelled() ? ShutdownState.STOPPING : ShutdownState.RUNNING;
    }

    /**
     * Waits for the step after a state.
     *
     * @return a {@code Mono} that completes at once for a state in which a wait would hold the shutdown up
     */
    Mono<Void> after(ShutdownState state) {
        return switch (state) {
            case RUNNING -> ReactorTracking.whenCancelled(stopping);
            // The web server may be waiting for the request that asks; the drain waits for the web server.
            case STOPPING -> Mono.empty();
            case DRAINING -> ReactorTracking.whenCancelled(over);
            case OVER -> Mono.empty();
        };
    }

    Description describe() {
        ShutdownState state = state();
        ShutdownTimes announced = times;
        return new Description(
                state,
                switch (state) {
                    case RUNNING, STOPPING -> 0;
                    case DRAINING -> millis(timer.nanoTime() - start);
                    case OVER -> millis(end - start);
                },
                announced == null ? null : announced.grace().toMillis(),
                announced == null ? null : announced.cancelWait().toMillis());
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }

    /**
     * The shutdown in the response of the endpoint.
     *
     * @param state where it stands
     * @param drainMillis how long the drain has taken, in milliseconds
     * @param graceMillis how long tasks may continue from the beginning of the drain; null if there is no drain
     * @param cancelWaitMillis how long cancelled tasks may take to end after that; null if there is no drain
     */
    record Description(
            ShutdownState state,
            long drainMillis,
            @Nullable Long graceMillis,
            @Nullable Long cancelWaitMillis) {}
}
