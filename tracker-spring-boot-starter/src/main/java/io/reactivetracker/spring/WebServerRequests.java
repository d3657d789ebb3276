// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTimer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The requests that the web server of an application context serves: they end before tasks are refused.
 *
 * <p>Mostly they have ended when a drain begins, since the phase of the web server comes first. If the drain has to begin
 * earlier, the web server is asked here, as Spring would do it in that phase, and is not asked again then.
 */
final class WebServerRequests {

    /** The bean by which Spring Boot lets a web server end its requests, of WebFlux and of servlets alike. */
    static final String BEAN = "webServerGracefulShutdown";

    private final ConfigurableListableBeanFactory beans;
    private final Duration atMost;
    private final TaskTimer timer;

    WebServerRequests(ConfigurableListableBeanFactory beans, Duration atMost, TaskTimer timer) {
        this.beans = beans;
        this.atMost = atMost;
        this.timer = timer;
    }

    /** Completes when the web server takes no more requests and its last has ended, or the time of its phase is over. */
    CompletableFuture<Void> ended() {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        if (!(beans.getSingleton(BEAN) instanceof SmartLifecycle server) || !server.isRunning()) {
            ended.complete(null);
            return ended;
        }
        DrainLog.requestsFirst(atMost);
        server.stop(() -> ended.complete(null));
        return DrainWait.atMost(atMost, ended, timer);
    }
}
