// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.Names;
import org.jspecify.annotations.Nullable;

/** The one kind of options there is. */
record ChosenOptions(@Nullable String name, boolean isStrict) implements TaskOptions.Combination {

    static final ChosenOptions DEFAULTS = new ChosenOptions(null, false);

    @Override
    public TaskOptions.Combination named(String name) {
        return new ChosenOptions(Names.require("task name", name), isStrict);
    }

    @Override
    public TaskOptions.Combination strict() {
        return new ChosenOptions(name, true);
    }
}
