// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.time.Duration;
import org.springframework.core.env.PropertyResolver;

/** Warns at the start of settings of the shutdown that can be meant, and hardly ever are. */
final class ShutdownWarnings {

    private ShutdownWarnings() {}

    static void give(
            ReactiveTrackerProperties.OfShutdown given,
            ShutdownTimes times,
            Duration timeoutOfPhase,
            PropertyResolver properties) {
        if (given.grace() == null && times.grace().isZero()) {
            DrainLog.noGrace(timeoutOfPhase, times.cancelWait());
        }
        // A web server that ends its requests is waited for whatever the phase is; one that does not serves on until it
        // is stopped.
        if (given.phase() >= DrainLifecycle.PHASE_OF_WEB_SERVER
                && "immediate".equalsIgnoreCase(properties.getProperty("server.shutdown"))) {
            DrainLog.aboveWebServer(given.phase(), DrainLifecycle.PHASE_OF_WEB_SERVER);
        }
    }
}
