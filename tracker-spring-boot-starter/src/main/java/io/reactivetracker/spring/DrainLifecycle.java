// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.Lifecycle;
import org.springframework.context.Phased;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ApplicationContextEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.Ordered;

/**
 * Blocks the shutdown of an application context until its tasks have ended, or their time is over.
 *
 * <p>Its phase is below those of the web server, whose requests may start tasks, and above those of the beans that
 * tasks need. {@link StopOrder} adds a dependency where the phase is not enough.
 *
 * <p>It is not a {@code SmartLifecycle}. Spring waits for those by counting callbacks, and a phase also counts the
 * callbacks of beans of other phases that it stops because they depend on one of its own. So a phase can end before one
 * of its members has called back. A call of {@link #stop()} has no such gap, and is not counted in the phase of another
 * bean.
 *
 * <pre>
 *  RUNNING ──stop, the context is closed or its start has failed──→ ENDING ──→ ENDED
 *   │   ↑
 *   └───┘ stop, the context may be started again: nothing is closed
 * </pre>
 */
final class DrainLifecycle implements Lifecycle, Phased, ApplicationListener<ApplicationContextEvent>, Ordered {

    /** The name of the bean. */
    static final String BEAN = "drainLifecycle";

    /** The first phase of Spring Boot's steps that is below both phases of a web server. */
    static final int DEFAULT_PHASE_OF_DRAIN = SmartLifecycle.DEFAULT_PHASE - 3 * 1024;

    /** The lower phase of a web server, in which it stops even if it still serves a request. */
    static final int PHASE_OF_WEB_SERVER = SmartLifecycle.DEFAULT_PHASE - 2 * 1024;

    private final ContextDrain drain;
    private final WebServerRequests requests;
    private final StopOrder order;
    private final ShutdownProgress progress;
    private final int phase;
    private final ConfigurableApplicationContext context;

    private volatile boolean wasRefreshed;

    // Set by the first call that ends the application, before it begins the drain.
    private final AtomicReference<@Nullable CompletableFuture<Void>> ending = new AtomicReference<>();

    DrainLifecycle(
            ContextDrain drain,
            WebServerRequests requests,
            StopOrder order,
            ShutdownProgress progress,
            int phase,
            ConfigurableApplicationContext context) {
        this.drain = drain;
        this.requests = requests;
        this.order = order;
        this.progress = progress;
        this.phase = phase;
        this.context = context;
    }

    @Override
    public void onApplicationEvent(ApplicationContextEvent event) {
        // Events of child contexts arrive here, too.
        if (!event.getApplicationContext().equals(context)) {
            return;
        }
        if (event instanceof ContextRefreshedEvent) {
            wasRefreshed = true;
        } else if (event instanceof ContextClosedEvent) {
            try {
                order.putFirst(BEAN, phase);
            } catch (RuntimeException failure) {
                // The phase alone determines the order then.
                DrainLog.failed("the beans that tasks need, in their order,", failure);
            }
        }
    }

    /** First, since a listener that throws keeps an event from those after it. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    /** Does nothing: groups are open when they are created. */
    @Override
    public void start() {}

    /** Returns when the tasks have ended or their time is over; at once if the context may be started again. */
    @Override
    public void stop() {
        boolean mayStartAgain = wasRefreshed && !context.isClosed();
        if (mayStartAgain) {
            DrainLog.leftOpen();
        } else {
            end().join();
        }
    }

    /** Starts the drain, once. Returns a future that completes when it is over and never fails. */
    CompletableFuture<Void> end() {
        CompletableFuture<Void> over = new CompletableFuture<>();
        CompletableFuture<Void> begun = ending.compareAndExchange(null, over);
        if (begun != null) {
            return begun;
        }
        // What this calls may wait, or call this method: it gets the same future.
        CompletableFuture<Void> unused = begin().whenComplete((nothing, failure) -> {
            try {
                progress.drainIsOver();
                if (failure != null) {
                    DrainLog.failed("the application's tasks", failure);
                }
            } finally {
                over.complete(null);
            }
        });
        return over;
    }

    private CompletableFuture<Void> begin() {
        try {
            return requests.ended().thenCompose(ended -> {
                progress.drainBegins();
                return drain.run();
            });
        } catch (RuntimeException | Error failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    @Override
    public boolean isRunning() {
        CompletableFuture<Void> begun = ending.get();
        return begun == null || !begun.isDone();
    }

    @Override
    public int getPhase() {
        return phase;
    }
}
