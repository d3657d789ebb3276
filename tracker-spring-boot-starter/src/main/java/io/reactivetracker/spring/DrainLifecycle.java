// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.Lifecycle;
import org.springframework.context.Phased;
import org.springframework.context.SmartLifecycle;

/**
 * Blocks the shutdown of an application context until its tasks have ended, or their time is over.
 *
 * <p>By its phase it comes after the web server, whose requests may start tasks to the last, and before the beans that tasks
 * need. {@link StopOrder} sees to those that Spring would stop earlier.
 *
 * <p>It is a plain {@code Lifecycle} on purpose. Spring waits for a {@code SmartLifecycle} by counting callbacks, and a phase
 * also counts the callbacks of beans of other phases that it stops because they depend on one of its own. So a phase can end
 * before one of its members has called back. A call of {@link #stop()} that has not returned can't be overtaken, and nothing
 * here is counted in the phase of another bean.
 *
 * <pre>
 *  RUNNING ──stop: of a context that closes, or whose start failed──→ ENDING ──→ ENDED
 *   │   ↑
 *   └───┘ stop: of a context that may be started again, to which nothing is done
 * </pre>
 */
final class DrainLifecycle implements Lifecycle, Phased {

    /** A web server has two phases, at 1024 and 2048 below Spring's default one: the first that comes after those. */
    static final int DEFAULT_PHASE_OF_DRAIN = SmartLifecycle.DEFAULT_PHASE - 3 * 1024;

    /** The lower one of the web server's: there it is stopped, whatever it still serves. */
    static final int PHASE_OF_WEB_SERVER = SmartLifecycle.DEFAULT_PHASE - 2 * 1024;

    private final ContextDrain drain;
    private final WebServerRequests requests;
    private final int phase;
    private final ConfigurableApplicationContext context;

    private volatile boolean wasRefreshed;
    private volatile @Nullable CompletableFuture<Void> ending; // written under the lock of this

    DrainLifecycle(ContextDrain drain, WebServerRequests requests, int phase, ConfigurableApplicationContext context) {
        this.drain = drain;
        this.requests = requests;
        this.phase = phase;
        this.context = context;
    }

    /** Called once the application context is whole: from then on a stop that is not a close may be followed by a start. */
    void contextIsRefreshed() {
        wasRefreshed = true;
    }

    /** Nothing to do: the groups are open when they are made. */
    @Override
    public void start() {}

    /** Returns when the tasks have ended or their time is over; at once if the context may be started again. */
    @Override
    public void stop() {
        if (mayStartAgain()) {
            DrainLog.leftOpen();
        } else {
            end().join();
        }
    }

    /** Begins the drain, if that has not happened yet. Completes when it is over, and never with a failure. */
    synchronized CompletableFuture<Void> end() {
        CompletableFuture<Void> begun = ending;
        if (begun == null) {
            begun = begin();
            ending = begun;
        }
        return begun;
    }

    /** The application has to stop, whatever goes wrong here. */
    private CompletableFuture<Void> begin() {
        try {
            return requests.ended().thenCompose(ended -> drain.run()).exceptionally(DrainLifecycle::tell);
        } catch (RuntimeException | Error failure) {
            tell(failure);
            return CompletableFuture.completedFuture(null);
        }
    }

    private static @Nullable Void tell(Throwable failure) {
        DrainLog.failed("the application's tasks", failure);
        return null;
    }

    /** A context that is stopped, before a checkpoint of the process for example, but not closed, after it was whole. */
    private boolean mayStartAgain() {
        return wasRefreshed && !context.isClosed();
    }

    @Override
    public boolean isRunning() {
        CompletableFuture<Void> begun = ending;
        return begun == null || !begun.isDone();
    }

    @Override
    public int getPhase() {
        return phase;
    }
}
