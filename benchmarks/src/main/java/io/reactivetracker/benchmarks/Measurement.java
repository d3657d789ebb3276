// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;

/** The results of one benchmark in one run, one value for each round. */
final class Measurement {

    private final Path run;
    private final SortedMap<Integer, Double> times = new TreeMap<>();
    private final SortedMap<Integer, Double> bytes = new TreeMap<>();

    Measurement(Path run) {
        this.run = run;
    }

    Path run() {
        return run;
    }

    void add(int round, double time, double bytesPerOperation) {
        times.put(round, time);
        bytes.put(round, bytesPerOperation);
    }

    Spread time() {
        return Spread.of(List.copyOf(times.values()));
    }

    Spread bytes() {
        return Spread.of(List.copyOf(bytes.values()));
    }

    /** Combines the times of two benchmarks round by round if one run measured both, otherwise their medians. */
    Spread timeWith(Measurement other, DoubleBinaryOperator operator) {
        if (!run.equals(other.run)) {
            return new Spread(
                    operator.applyAsDouble(time().median(), other.time().median()),
                    operator.applyAsDouble(time().least(), other.time().most()),
                    operator.applyAsDouble(time().most(), other.time().least()));
        }
        List<Double> combined = new ArrayList<>();
        times.forEach((round, time) -> {
            if (other.times.containsKey(round)) {
                combined.add(operator.applyAsDouble(time, other.times.get(round)));
            }
        });
        return Spread.of(combined);
    }

    /** Subtracts another benchmark's times round by round if one run measured both, otherwise its median. */
    Measurement minus(Measurement other) {
        Measurement difference = new Measurement(run);
        double median = other.time().median();
        times.forEach((round, time) -> difference.times.put(
                round, time - (run.equals(other.run) ? other.times.getOrDefault(round, median) : median)));
        return difference;
    }
}
