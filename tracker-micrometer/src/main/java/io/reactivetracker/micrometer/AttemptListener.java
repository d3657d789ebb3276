// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import reactor.core.observability.DefaultSignalListener;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Tells the observation of a task that an attempt begins, and puts it into the {@code Context} of the task's source.
 *
 * <p>Used with Reactor's {@code tap}. With automatic context propagation, that makes the observation the current one
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
