// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.Preconditions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The one kind of options there is. */
record ChosenOptions(
        @Nullable String name, boolean isStrict, @Nullable ParentTask parent) implements TaskOptions.Combination {

    static final ChosenOptions DEFAULTS = new ChosenOptions(null, false, null);

    @Override
    public TaskOptions.Combination named(String name) {
        return new ChosenOptions(Preconditions.requireName("task name", name), isStrict, parent);
    }

    @Override
    public TaskOptions.Combination strict() {
        return new ChosenOptions(name, true, parent);
    }

    @Override
    public TaskOptions.Combination childOf(ParentTask newParent) {
        return new ChosenOptions(name, isStrict, Objects.requireNonNull(newParent, "parent must not be null"));
    }
}
