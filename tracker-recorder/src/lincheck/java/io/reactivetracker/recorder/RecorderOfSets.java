// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A recorder that spreads the record of a key over five sets, as async_tasks_recorder does, with R1 and R2 fixed. Each
 * step is several set operations, in the documented order. A launch that races with the end of a revoke runs although
 * the key is NOT_FOUND (R4).
 */
public class RecorderOfSets extends RecorderScenarios {

    private final Set<Integer> all = ConcurrentHashMap.newKeySet();
    private final Set<Integer> working = ConcurrentHashMap.newKeySet();
    private final Set<Integer> success = ConcurrentHashMap.newKeySet();
    private final Set<Integer> failed = ConcurrentHashMap.newKeySet();
    private final Set<Integer> revoking = ConcurrentHashMap.newKeySet();
    private final int[] held = new int[THREADS];

    /** Called by Lincheck for every interleaving. */
    public RecorderOfSets() {}

    @Override
    public String begin(int thread, int key) {
        if (held[thread] != 0) {
            return NOTHING_DONE;
        }
        if (!working.add(key)) {
            return TaskStatus.RUNNING.name();
        }
        all.add(key);
        if (success.contains(key)) {
            working.remove(key);
            return (revoking.contains(key) ? TaskStatus.REVOKING : TaskStatus.SUCCEEDED).name();
        }
        failed.remove(key);
        held[thread] = key;
        return GRANTED;
    }

    @Override
    public String beginRevoke(int thread, int key) {
        if (held[thread] != 0) {
            return NOTHING_DONE;
        }
        if (!revoking.add(key)) {
            return TaskStatus.REVOKING.name();
        }
        if (!success.contains(key)) {
            revoking.remove(key);
            return status(key).name();
        }
        held[thread] = -key;
        return GRANTED;
    }

    @Override
    public String succeed(int thread) {
        return end(thread, true);
    }

    @Override
    public String fail(int thread) {
        return end(thread, false);
    }

    private String end(int thread, boolean isSuccess) {
        int key = Math.abs(held[thread]);
        if (key == 0) {
            return NOTHING_DONE;
        }
        if (held[thread] > 0) {
            (isSuccess ? success : failed).add(key);
            working.remove(key);
        } else {
            if (isSuccess) {
                all.remove(key);
                success.remove(key);
            }
            revoking.remove(key);
        }
        held[thread] = 0;
        return "taken";
    }

    @Override
    public TaskStatus status(int key) {
        if (!all.contains(key)) {
            return TaskStatus.NOT_FOUND;
        }
        if (revoking.contains(key)) {
            return TaskStatus.REVOKING;
        }
        if (working.contains(key)) {
            return TaskStatus.RUNNING;
        }
        if (success.contains(key)) {
            return TaskStatus.SUCCEEDED;
        }
        return failed.contains(key) ? TaskStatus.FAILED : TaskStatus.RUNNING;
    }

    @Override
    public String failure(int key) {
        return "unknown";
    }

    @Override
    public boolean forget(int key) {
        return false;
    }
}
