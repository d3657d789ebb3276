// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.context.SmartLifecycle;

/** Records the visible state in its phase of the shutdown; may run an action at start. */
final class Recorder implements SmartLifecycle {

    private final List<String> events;
    private final int phase;
    private final Supplier<String> atStop;
    private final Runnable atStart;
    private volatile boolean isRunning;

    Recorder(List<String> events, int phase, Supplier<String> atStop) {
        this(events, phase, atStop, () -> {});
    }

    private Recorder(List<String> events, int phase, Supplier<String> atStop, Runnable atStart) {
        this.events = events;
        this.phase = phase;
        this.atStop = atStop;
        this.atStart = atStart;
    }

    static Recorder startedLast(Runnable atStart) {
        return new Recorder(new ArrayList<>(), DEFAULT_PHASE, () -> "stopped", atStart);
    }

    @Override
    public void start() {
        atStart.run();
        isRunning = true;
    }

    @Override
    public void stop() {
        isRunning = false;
        events.add(atStop.get());
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }

    @Override
    public int getPhase() {
        return phase;
    }
}
