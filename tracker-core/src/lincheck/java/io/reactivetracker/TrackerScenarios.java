// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;

/**
 * The steps from which Lincheck makes up scenarios, the same for the real tracker, its specification, and a tracker
 * that is wrong on purpose.
 *
 * <p>Each thread has one token and one signal of its own, so every operation is a single step of the tracker; one more
 * token and one more signal are there from the start, for all threads.
 */
@Param(name = "thread", gen = ThreadIdGen.class)
public abstract class TrackerScenarios {

    /** More than there are threads in a scenario. */
    static final int THREADS = 6;

    TrackerScenarios() {}

    /** Opens this thread's token if it has none. */
    @Operation(params = "thread")
    public abstract boolean token(int thread);

    /** As {@code token}, unless the tracker is closed. */
    @Operation(params = "thread")
    public abstract boolean tryToken(int thread);

    /** Closes this thread's token if it has one. */
    @Operation(params = "thread")
    public abstract boolean closeToken(int thread);

    /** Closes the token that all threads share; once, since a second call does not wait until the first is done. */
    @Operation(runOnce = true)
    public abstract void closeSharedToken();

    @Operation
    public abstract boolean close();

    @Operation
    public abstract boolean reopen();

    @Operation
    public abstract long size();

    /** Makes this thread's signal, in place of the one it had. */
    @Operation(params = "thread")
    public abstract void drained(int thread);

    @Operation(params = "thread")
    public abstract boolean isDone(int thread);

    @Operation
    public abstract boolean isSharedDone();
}
