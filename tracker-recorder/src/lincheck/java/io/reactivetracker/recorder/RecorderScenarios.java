// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;

/**
 * The steps from which Lincheck makes up scenarios, the same for the real recorder, its specification, and one that is
 * wrong on purpose.
 *
 * <p>Each thread holds one key at the most, so that every operation is a single step of the store.
 */
@Param(name = "thread", gen = ThreadIdGen.class)
@Param(name = "key", gen = IntGen.class, conf = "1:2")
public abstract class RecorderScenarios {

    /** More than there are threads in a scenario. */
    static final int THREADS = 6;

    /** More than there are keys. */
    static final int KEYS = 3;

    /** What is answered if the thread holds a key already, or none. */
    static final String NOTHING_DONE = "nothing done";

    static final String GRANTED = "granted";

    RecorderScenarios() {}

    /** Begins a task: granted, or the status that refused it. */
    @Operation(params = {"thread", "key"})
    public abstract String begin(int thread, int key);

    /** Begins a revoke: granted, or the status that refused it. */
    @Operation(params = {"thread", "key"})
    public abstract String beginRevoke(int thread, int key);

    /** Ends what the thread holds, well. */
    @Operation(params = "thread")
    public abstract String succeed(int thread);

    /** Ends what the thread holds, with a failure that tells the thread. */
    @Operation(params = "thread")
    public abstract String fail(int thread);

    @Operation(params = "key")
    public abstract TaskStatus status(int key);

    /** Which thread's failure the key has. */
    @Operation(params = "key")
    public abstract String failure(int key);

    @Operation(params = "key")
    public abstract boolean forget(int key);
}
