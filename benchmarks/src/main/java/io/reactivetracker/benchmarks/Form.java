// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.util.Locale;
import org.openjdk.jmh.runner.options.TimeValue;

/** The length of a run, and its purpose. */
enum Form {
    /** Checks that all benchmarks work. */
    SHORT(1, 2, 2, 100),
    /** Measures results worth keeping. */
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
