// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Holds the shutdown of an application context up until its tasks have ended, or their time is over.
 *
 * <p>By its phase it comes after the web server, whose requests may start tasks to the last, and before the beans that tasks
 * need. So what stops in a later phase, or is destroyed, is still there for them.
 *
 * <pre>
 *  NEW ──start──→ RUNNING ──stop: of a context that closes, or whose start failed──→ ENDING ──→ callback
 *                  │   ↑
 *                  └───┘ stop: of a context that may be started again, to which nothing is done
 * </pre>
 *
 * <p>The application context starts and stops it, one call at a time; {@code ending} is what makes RUNNING ENDING, once.
 */
final class DrainLifecycle implements SmartLifecycle, ApplicationListener<ContextRefreshedEvent> {

    /** A web server has two phases, at 1024 and 2048 below Spring's default one: the first that comes after those. */
    static final int DEFAULT_PHASE_OF_DRAIN = SmartLifecycle.DEFAULT_PHASE - 3 * 1024;

    /** The lower one of the web server's. */
    static final int PHASE_OF_WEB_SERVER = SmartLifecycle.DEFAULT_PHASE - 2 * 1024;

    private final ContextDrain drain;
    private final int phase;
    private final Duration timeoutOfPhase;
    private final ConfigurableApplicationContext context;

    private volatile boolean isRunning;
    private volatile boolean wasRefreshed;
    private @Nullable CompletableFuture<Void> ending; // guarded by this

    DrainLifecycle(ContextDrain drain, int phase, Duration timeoutOfPhase, ConfigurableApplicationContext context) {
        this.drain = drain;
        this.phase = phase;
        this.timeoutOfPhase = timeoutOfPhase;
        this.context = context;
    }

    @Override
    public void start() {
        isRunning = true;
        if (drain.times().total().compareTo(timeoutOfPhase) > 0) {
            DrainLog.outlastsPhase(drain.times(), timeoutOfPhase);
        }
        if (phase >= PHASE_OF_WEB_SERVER) {
            DrainLog.aboveWebServer(phase);
        }
    }

    @Override
    public void stop(Runnable callback) {
        if (mayStartAgain()) {
            DrainLog.leftOpen();
            callback.run();
            return;
        }
        isRunning = false;
        CompletableFuture<Void> unused = end().whenComplete((nothing, failure) -> callback.run());
    }

    /** For those who do not know of callbacks: blocks until the tasks have ended, or their time is over. */
    @Override
    public void stop() {
        if (mayStartAgain()) {
            DrainLog.leftOpen();
            return;
        }
        isRunning = false;
        end().join();
    }

    private synchronized CompletableFuture<Void> end() {
        if (ending == null) {
            ending = begin();
        }
        return ending;
    }

    /** The application has to stop, whatever goes wrong here. */
    private CompletableFuture<Void> begin() {
        try {
            return drain.run();
        } catch (RuntimeException | Error failure) {
            DrainLog.failed("the application's tasks", failure);
            return CompletableFuture.completedFuture(null);
        }
    }

    /** A context that is stopped, before a checkpoint of the process for example, but not closed, after it was whole. */
    private boolean mayStartAgain() {
        return wasRefreshed && !context.isClosed();
    }

    @Override
    public void onApplicationEvent(ContextRefreshedEvent event) {
        // Those of child contexts come here as well.
        if (event.getApplicationContext().equals(context)) {
            wasRefreshed = true;
        }
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }

    @Override
    public int getPhase() {
        return phase;
    }

    /** A pause is followed by a start, too, and is none of our business. */
    @Override
    public boolean isPauseable() {
        return false;
    }
}
