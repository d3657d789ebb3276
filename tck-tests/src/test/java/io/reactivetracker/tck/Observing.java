// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.reactivetracker.micrometer.ObservedTracking;

/** A tracker observed by a handler that does nothing. */
final class Observing {

    private Observing() {}

    static ObservedTracking tracking() {
        ObservationRegistry registry = ObservationRegistry.create();
        // Without a handler there are no observations.
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        return ObservedTracking.of(registry);
    }
}
