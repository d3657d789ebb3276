// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.time.Duration;
import org.springframework.core.env.PropertyResolver;

/** Warns at startup of settings of the shutdown that are valid but most likely a mistake. */
final class ShutdownWarnings {

    private ShutdownWarnings() {}

    static void log(
            ReactiveTrackerProperties.Shutdown given,
            ShutdownTimes times,
            Duration phaseTimeout,
            PropertyResolver properties) {
        if (given.grace() == null && times.grace().isZero()) {
            DrainLog.noGrace(phaseTimeout, times.cancelWait());
        }
        // With graceful shutdown, requests end before the drain in any phase. Otherwise the server serves until it
        // stops.
        if (given.phase() >= DrainLifecycle.PHASE_OF_WEB_SERVER
                && "immediate".equalsIgnoreCase(properties.getProperty("server.shutdown"))) {
            DrainLog.aboveWebServer(given.phase(), DrainLifecycle.PHASE_OF_WEB_SERVER);
        }
    }
}
