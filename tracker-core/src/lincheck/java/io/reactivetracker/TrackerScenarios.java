// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;

/**
 * The operations from which Lincheck generates scenarios, for the real tracker, its specification, and a tracker that
 * is wrong on purpose.
 *
 * <p>Each thread has its own token and signal, so every operation is a single step of the tracker. A shared token and a
 * shared signal exist from the start.
 */
@Param(name = "thread", gen = ThreadIdGen.class)
public abstract class TrackerScenarios {

    /** More than the threads of a scenario. */
    static final int THREADS = 6;

    TrackerScenarios() {}

    /** Opens this thread's token if it has none. */
    @Operation(params = "thread")
    public abstract boolean token(int thread);

    /** Like {@code token}, unless the tracker is closed. */
    @Operation(params = "thread")
    public abstract boolean tryToken(int thread);

    /** Closes this thread's token if it has one. */
    @Operation(params = "thread")
    public abstract boolean closeToken(int thread);

    /** Closes the shared token. Called once, since a second call does not wait for the first one. */
    @Operation(runOnce = true)
    public abstract void closeSharedToken();

    @Operation
    public abstract boolean close();

    @Operation
    public abstract boolean reopen();

    @Operation
    public abstract long size();

    /** Replaces this thread's signal by a new one. */
    @Operation(params = "thread")
    public abstract void drained(int thread);

    @Operation(params = "thread")
    public abstract boolean isDone(int thread);

    @Operation
    public abstract boolean isSharedDone();
}
