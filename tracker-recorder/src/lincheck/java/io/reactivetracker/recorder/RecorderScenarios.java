// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;

/**
 * The operations from which Lincheck builds scenarios: the same for the real recorder, its specification, and a
 * recorder that is wrong on purpose.
 *
 * <p>Each thread holds at most one key, so that every operation is a single step of the store.
 */
@Param(name = "thread", gen = ThreadIdGen.class)
@Param(name = "key", gen = IntGen.class, conf = "1:2")
public abstract class RecorderScenarios {

    /** Greater than the number of threads in a scenario. */
    static final int THREADS = 6;

    /** Greater than the number of keys. */
    static final int KEYS = 3;

    /** The result if the thread already holds a key, or holds none. */
    static final String NOTHING_DONE = "nothing done";

    static final String GRANTED = "granted";

    RecorderScenarios() {}

    /** Begins a task. Returns granted, or the status that refused it. */
    @Operation(params = {"thread", "key"})
    public abstract String begin(int thread, int key);

    /** Begins a revoke. Returns granted, or the status that refused it. */
    @Operation(params = {"thread", "key"})
    public abstract String beginRevoke(int thread, int key);

    /** Succeeds the claim that the thread holds. */
    @Operation(params = "thread")
    public abstract String succeed(int thread);

    /** Fails the claim that the thread holds, with a failure that names the thread. */
    @Operation(params = "thread")
    public abstract String fail(int thread);

    @Operation(params = "key")
    public abstract TaskStatus status(int key);

    /** Returns the thread whose failure is recorded for the key. */
    @Operation(params = "key")
    public abstract String failure(int key);

    @Operation(params = "key")
    public abstract boolean forget(int key);
}
