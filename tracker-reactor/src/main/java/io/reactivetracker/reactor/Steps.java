// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Scannable;

/** What the steps of a pipeline tell of it. */
final class Steps {

    private Steps() {}

    /**
     * The name that was given nearest upstream, as Reactor's own listeners take it.
     *
     * <p>A step that has looked for it answers for all that is upstream of it, so where many steps of a pipeline look for the
     * name, each step is still asked once.
     */
    static @Nullable String nameOf(Publisher<?> source) {
        for (Scannable step = Scannable.from(source); step.isScanAvailable(); step = parentOf(step)) {
            if (step instanceof PipelineOptions.Holder holder
                    && !holder.options().hasOwnName()) {
                return holder.options().nameOfPipeline();
            }
            String name = step.scan(Scannable.Attr.NAME);
            if (name != null && !name.isBlank()) {
                return name;
            }
        }
        return null;
    }

    /** Where the nearest step upstream was assembled that knows it: by a checkpoint, or by Reactor's debug hooks. */
    static @Nullable String originOf(Publisher<?> source) {
        for (Scannable step = Scannable.from(source); step.isScanAvailable(); step = parentOf(step)) {
            String name = step.stepName();
            if (step.scanOrDefault(Scannable.Attr.ACTUAL_METADATA, false) || name.startsWith("checkpoint")) {
                return name;
            }
        }
        return null;
    }

    /**
     * Whether an attribute is none of the public ones. Reactor asks by such an attribute whether it restores thread-locals
     * around a publisher that is not its own. An operator that only passes signals on answers as its source does, so that
     * there is no such boundary where there is none without it.
     */
    @SuppressWarnings("rawtypes")
    static boolean isPrivate(Scannable.Attr key) {
        return key.getClass() != Scannable.Attr.class;
    }

    @SuppressWarnings("rawtypes")
    static @Nullable Object scan(Publisher<?> source, Scannable.Attr key) {
        return Scannable.from(source).scanUnsafe(key);
    }

    private static Scannable parentOf(Scannable step) {
        return Scannable.from(step.scan(Scannable.Attr.PARENT));
    }
}
