// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTimer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Ends the requests of an application context's web server before tasks are refused.
 *
 * <p>Usually they have ended when the drain begins, since the phase of the web server comes first. If the drain begins
 * earlier, this stops the web server's bean for graceful shutdown, and Spring does not stop it again in its phase.
 */
final class WebServerRequests {

    /** Spring Boot's bean that lets a web server end its requests, both for WebFlux and for servlets. */
    static final String BEAN = "webServerGracefulShutdown";

    private final ConfigurableListableBeanFactory beans;
    private final Duration maxWait;
    private final TaskTimer timer;

    WebServerRequests(ConfigurableListableBeanFactory beans, Duration maxWait, TaskTimer timer) {
        this.beans = beans;
        this.maxWait = maxWait;
        this.timer = timer;
    }

    /**
     * Returns a future that completes when the web server has ended its last request, or the time of its phase is over.
     */
    CompletableFuture<Void> ended() {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        if (!(beans.getSingleton(BEAN) instanceof SmartLifecycle server) || !server.isRunning()) {
            ended.complete(null);
            return ended;
        }
        DrainLog.requestsFirst(maxWait);
        server.stop(() -> ended.complete(null));
        return DrainWait.atMost(maxWait, ended, timer);
    }
}
