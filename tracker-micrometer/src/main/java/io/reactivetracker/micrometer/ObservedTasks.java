// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** Subscribes to a tracked pipeline, and starts an observation for each subscription. */
record ObservedTasks(
        ObservationRegistry registry,
        @Nullable TaskObservationConvention convention,
        String taskName,
        String trackerName,
        boolean isOfGroup) {

    private static final TaskObservationConvention DEFAULT_CONVENTION = new TaskObservationConvention() {};

    /** Subscribes to {@code observed} if the registry wants an observation, and otherwise to {@code tracked}. */
    <T> void subscribe(
            CorePublisher<? extends T> tracked, CorePublisher<? extends T> observed, CoreSubscriber<? super T> actual) {
        // Before the observation starts, since nothing would stop it if this threw.
        Context downstream = actual.currentContext();
        TaskObservation observation = begin(downstream);
        if (observation == null) {
            tracked.subscribe(actual);
            return;
        }
        ObservedSubscriber<T> subscriber = new ObservedSubscriber<>(actual, downstream, observation);
        try {
            observed.subscribe(subscriber);
        } catch (Throwable failure) {
            try {
                Operators.reportThrowInSubscribe(subscriber, failure);
            } finally {
                subscriber.cancel();
            }
        }
    }

    /** Returns null if the registry wants no observation, or fails to create it. */
    private @Nullable TaskObservation begin(Context downstream) {
        try {
            Observation observation = Observation.createNotStarted(
                    convention, DEFAULT_CONVENTION, () -> new TaskObservationContext(taskName, trackerName), registry);
            return observation.isNoop() ? null : TaskObservation.start(observation, isOfGroup, downstream);
        } catch (Throwable broken) {
            Operators.onErrorDropped(broken, downstream);
            return null;
        }
    }
}
