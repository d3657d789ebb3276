// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskOptions;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * The options of the tasks of one pipeline, with the name that was given nearest upstream unless they have their own.
 *
 * @param tasks the options of each task
 * @param hasOwnName whether the name is not taken from the pipeline, which then was not looked at
 */
record PipelineOptions(TaskOptions tasks, boolean hasOwnName) {

    /** An operator that was given options for its pipeline. */
    interface Holder {

        PipelineOptions options();
    }

    static PipelineOptions of(Publisher<?> source, TaskOptions options) {
        if (options.name() != null) {
            return new PipelineOptions(options, true);
        }
        String name = Steps.nameOf(source);
        TaskOptions tasks = name == null ? options : options.and(TaskOptions.named(name));
        return new PipelineOptions(tasks, false);
    }

    /** Returns the name that was found upstream, or null if there is none or nobody has looked. */
    @Nullable
    String nameOfPipeline() {
        return hasOwnName ? null : tasks.name();
    }
}
