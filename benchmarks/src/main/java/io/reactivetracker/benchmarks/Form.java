// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.util.Locale;
import org.openjdk.jmh.runner.options.TimeValue;

/** How long a run takes, and what it is for. */
enum Form {
    /** To see that all work. */
    SHORT(1, 2, 2, 100),
    /** For figures that can be kept. */
    FULL(5, 3, 4, 150);

    final int forks;
    final int warmups;
    final int measurements;
    final TimeValue iteration;

    Form(int forks, int warmups, int measurements, long millis) {
        this.forks = forks;
        this.warmups = warmups;
        this.measurements = measurements;
        this.iteration = TimeValue.milliseconds(millis);
    }

    static Form of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
