// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import io.reactivetracker.internal.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the phases of a plan, orders them, and divides the budget.
 *
 * <p>A phase that reserves nothing gets an equal share. Along a path of phases that reserves {@code r} of the budget
 * {@code b} and has {@code n} phases without a reserve, a share of {@code (b - r) / n} is possible. The share is the
 * minimum over all paths. For each phase and each {@code n}, it is enough to know the maximum of {@code r} among the
 * paths that end there.
 */
final class PhaseGraph {

    private final Duration budget;
    private final Map<String, PhaseBuilder> phases = new LinkedHashMap<>();

    // Each phase after those that it names.
    private final List<PhaseBuilder> ordered = new ArrayList<>();

    PhaseGraph(Duration budget, List<PhaseBuilder> phases) {
        this.budget = budget;
        for (PhaseBuilder phase : phases) {
            if (this.phases.putIfAbsent(phase.name, phase) != null) {
                throw new IllegalArgumentException(
                        "two phases are named \"" + phase.name + "\": give each phase a name of its own");
            }
        }
        if (phases.isEmpty()) {
            throw new IllegalArgumentException("a plan must have a phase: add one with phase(name, description)");
        }
        Set<String> done = new LinkedHashSet<>();
        phases.forEach(phase -> addInOrder(phase, new LinkedHashSet<>(), done));
    }

    /** Adds a phase after those that it names. The path has the phases that wait for it, to find cycles. */
    private void addInOrder(PhaseBuilder phase, Set<String> path, Set<String> done) {
        if (done.contains(phase.name)) {
            return;
        }
        if (!path.add(phase.name)) {
            List<String> cycle = new ArrayList<>(path);
            cycle = new ArrayList<>(cycle.subList(cycle.indexOf(phase.name), cycle.size()));
            cycle.add(phase.name);
            throw new IllegalArgumentException("phases wait for each other: " + String.join(" after ", cycle)
                    + "; remove one of these after(...)");
        }
        for (String before : phase.after) {
            PhaseBuilder named = phases.get(before);
            if (named == null) {
                throw new IllegalArgumentException("phase \"" + phase.name + "\" is after \"" + before
                        + "\", which is not a phase of this plan; it has " + phases.keySet());
            }
            addInOrder(named, path, done);
        }
        path.remove(phase.name);
        done.add(phase.name);
        ordered.add(phase);
    }

    /** Returns the phases, each after those that it names. */
    List<PhaseDefinition> definitions() {
        long share = share();
        Map<String, Long> reservedAfter = new HashMap<>();
        List<PhaseDefinition> definitions = new ArrayList<>();
        // From the last phase to the first: when a phase is reached, all phases after it have added what they reserve.
        for (int i = ordered.size() - 1; i >= 0; i--) {
            PhaseBuilder phase = ordered.get(i);
            long reserve = phase.reserve == null ? share : Durations.saturatedNanos(phase.reserve);
            long timeout = phase.timeout == null ? Durations.MAX_NANOS : Durations.saturatedNanos(phase.timeout);
            if (phase.reserve == null) {
                reserve = Math.min(reserve, timeout);
            } else if (reserve > timeout) {
                throw new IllegalArgumentException("phase \"" + phase.name + "\" reserves " + phase.reserve
                        + " and has a timeout of " + phase.timeout + ": reserve at most the timeout");
            }
            long after = reservedAfter.getOrDefault(phase.name, 0L);
            for (String before : phase.after) {
                reservedAfter.merge(before, after + reserve, Math::max);
            }
            definitions.add(new PhaseDefinition(
                    phase.name,
                    Collections.unmodifiableSet(new LinkedHashSet<>(phase.after)),
                    Collections.unmodifiableMap(new LinkedHashMap<>(phase.tasks)),
                    timeout,
                    after));
        }
        Collections.reverse(definitions);
        return List.copyOf(definitions);
    }

    private long share() {
        long nanos = Durations.saturatedNanos(budget);
        long share = nanos;
        // By phase: at n, the maximum that a path to the phase, with it and n shares, reserves; -1 if there is none.
        Map<String, long[]> reserved = new HashMap<>();
        for (PhaseBuilder phase : ordered) {
            long[] paths = new long[ordered.size() + 1];
            Arrays.fill(paths, -1);
            if (phase.after.isEmpty()) {
                addPath(paths, 0, 0, phase.reserve);
            }
            for (String before : phase.after) {
                long[] pathsBefore = reserved.getOrDefault(before, new long[0]);
                for (int shares = 0; shares < pathsBefore.length; shares++) {
                    if (pathsBefore[shares] >= 0) {
                        addPath(paths, shares, pathsBefore[shares], phase.reserve);
                    }
                }
            }
            for (int shares = 0; shares < paths.length; shares++) {
                if (paths[shares] > nanos) {
                    throw new IllegalArgumentException("the phases up to \"" + phase.name + "\" reserve "
                            + Duration.ofNanos(paths[shares]) + " of a budget of " + budget
                            + ": reserve less, or give the plan more time");
                }
                if (shares > 0 && paths[shares] >= 0) {
                    share = Math.min(share, (nanos - paths[shares]) / shares);
                }
            }
            reserved.put(phase.name, paths);
        }
        return share;
    }

    private static void addPath(long[] paths, int shares, long reserved, @Nullable Duration reserve) {
        if (reserve == null) {
            paths[shares + 1] = Math.max(paths[shares + 1], reserved);
        } else {
            // Each term is at most half of the maximum of a long, and a path above the budget was refused.
            paths[shares] = Math.max(paths[shares], reserved + Durations.saturatedNanos(reserve));
        }
    }
}
