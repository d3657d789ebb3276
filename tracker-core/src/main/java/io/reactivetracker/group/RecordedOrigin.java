// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.JfrEvents;
import io.reactivetracker.internal.TaskRecording;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The origin of a task whose end is recorded, with the event of that end. So the tasks of a process without a recording
 * need no field for it.
 */
final class RecordedOrigin implements Supplier<@Nullable String> {

    private final Supplier<@Nullable String> origin;
    private final TaskRecording begun;

    private RecordedOrigin(Supplier<@Nullable String> origin, TaskRecording begun) {
        this.origin = origin;
        this.begun = begun;
    }

    /** Returns the origin for a task that is issued now. */
    static Supplier<@Nullable String> of(Supplier<@Nullable String> origin) {
        TaskRecording begun = JfrEvents.beginTask();
        return begun == null ? origin : new RecordedOrigin(origin, begun);
    }

    /** Returns the event of the task with this origin; null if its end was not recorded when it was issued. */
    static @Nullable TaskRecording begunBy(Supplier<@Nullable String> origin) {
        return origin instanceof RecordedOrigin recorded ? recorded.begun : null;
    }

    @Override
    public @Nullable String get() {
        return origin.get();
    }
}
