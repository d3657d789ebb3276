// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import reactor.core.observability.DefaultSignalListener;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Stands at the source of a task: tells its observation that an attempt begins, and the source of the observation.
 *
 * <p>By Reactor's {@code tap}, which sees to it that with automatic context propagation the observation is the current one
 * upstream, in whichever thread the task was admitted.
 */
final class AttemptListener<T> extends DefaultSignalListener<T> {

    private final ContextView context;
    private final TaskObservation observation;

    AttemptListener(ContextView context) {
        this.context = context;
        this.observation = context.get(TaskObservation.class);
    }

    @Override
    public void doFirst() {
        observation.attempt(context);
    }

    @Override
    public Context addToContext(Context originalContext) {
        return observation.inContext(originalContext);
    }
}
