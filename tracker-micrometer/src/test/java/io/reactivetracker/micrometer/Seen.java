// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records every signal to a handler as text, in order. */
final class Seen implements ObservationHandler<TaskObservationContext> {

    final List<String> told = new CopyOnWriteArrayList<>();
    final List<TaskObservationContext> contexts = new CopyOnWriteArrayList<>();

    @Override
    public void onStart(TaskObservationContext context) {
        contexts.add(context);
        told.add("start " + context.taskName());
    }

    @Override
    public void onEvent(Observation.Event event, TaskObservationContext context) {
        told.add(event.getName() + ": " + event.getContextualName());
    }

    @Override
    public void onError(TaskObservationContext context) {
        told.add("error " + Objects.requireNonNull(context.getError()).getMessage());
    }

    @Override
    public void onStop(TaskObservationContext context) {
        told.add("stop " + context.taskName() + ": "
                + Objects.requireNonNull(context.getLowCardinalityKeyValue("outcome"))
                        .getValue());
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof TaskObservationContext;
    }
}
