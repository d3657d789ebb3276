// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskOptions;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Scannable;

/** Reads names and origins of pipelines. */
final class Pipelines {

    private Pipelines() {}

    /** Returns options with the name of a pipeline, unless they have their own. */
    static TaskOptions named(TaskOptions options, Publisher<?> source) {
        String name = options.name() == null ? nameOf(source) : null;
        return name == null ? options : options.and(TaskOptions.named(name));
    }

    /** Returns options with the name of a pipeline, or else with a default one, unless they have their own. */
    static TaskOptions named(TaskOptions options, Publisher<?> source, String defaultName) {
        TaskOptions named = named(options, source);
        return named.name() == null ? named.and(TaskOptions.named(defaultName)) : named;
    }

    /**
     * Returns the name that was given nearest upstream, as Reactor's own listeners read it; null if there is none.
     *
     * <p>A step that has looked for the name answers for all steps upstream of it, so that each step is asked once,
     * also where many steps of a pipeline look for the name.
     */
    private static @Nullable String nameOf(Publisher<?> source) {
        for (Scannable step = Scannable.from(source); step.isScanAvailable(); step = parentOf(step)) {
            if (step instanceof PipelineStep.Owner owner && owner.step().hasLookedForName()) {
                return owner.step().nameOfPipeline();
            }
            String name = step.scan(Scannable.Attr.NAME);
            if (name != null && !name.isBlank()) {
                return name;
            }
        }
        return null;
    }

    /**
     * Returns the place where the pipeline was assembled, of the nearest step upstream that knows it by a checkpoint or
     * by Reactor's debug hooks; null if none does.
     */
    static @Nullable String originOf(Publisher<?> source) {
        for (Scannable step = Scannable.from(source); step.isScanAvailable(); step = parentOf(step)) {
            String name = step.stepName();
            if (step.scanOrDefault(Scannable.Attr.ACTUAL_METADATA, false) || name.startsWith("checkpoint")) {
                return name;
            }
        }
        return null;
    }

    private static Scannable parentOf(Scannable step) {
        return Scannable.from(step.scan(Scannable.Attr.PARENT));
    }
}
