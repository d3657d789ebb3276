// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.util.HashMap;
import java.util.Map;

/** The sequential specification of a recorder: a status and an optional failure per key. */
public class RecorderSpecification extends RecorderScenarios {

    private final Map<Integer, TaskStatus> statuses = new HashMap<>();
    private final Map<Integer, String> failures = new HashMap<>();
    private final int[] held = new int[THREADS];

    /** Called by Lincheck for every interleaving. */
    public RecorderSpecification() {}

    @Override
    public String begin(int thread, int key) {
        if (held[thread] != 0) {
            return NOTHING_DONE;
        }
        TaskStatus status = status(key);
        if (status != TaskStatus.NOT_FOUND && status != TaskStatus.FAILED) {
            return status.name();
        }
        return hold(thread, key, TaskStatus.RUNNING);
    }

    @Override
    public String beginRevoke(int thread, int key) {
        if (held[thread] != 0) {
            return NOTHING_DONE;
        }
        TaskStatus status = status(key);
        return status == TaskStatus.SUCCEEDED ? hold(thread, key, TaskStatus.REVOKING) : status.name();
    }

    private String hold(int thread, int key, TaskStatus status) {
        held[thread] = key;
        statuses.put(key, status);
        failures.remove(key);
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
        int key = held[thread];
        if (key == 0) {
            return NOTHING_DONE;
        }
        held[thread] = 0;
        boolean isTask = status(key) == TaskStatus.RUNNING;
        if (isTask && !isSuccess) {
            failures.put(key, "of thread " + thread);
        }
        if (!isTask && isSuccess) {
            statuses.remove(key);
        } else {
            statuses.put(key, isTask && !isSuccess ? TaskStatus.FAILED : TaskStatus.SUCCEEDED);
        }
        return "taken";
    }

    @Override
    public TaskStatus status(int key) {
        return statuses.getOrDefault(key, TaskStatus.NOT_FOUND);
    }

    @Override
    public String failure(int key) {
        return failures.getOrDefault(key, "none");
    }

    @Override
    public boolean forget(int key) {
        TaskStatus status = status(key);
        boolean isThere = status == TaskStatus.SUCCEEDED || status == TaskStatus.FAILED;
        if (isThere) {
            statuses.remove(key);
            failures.remove(key);
        }
        return isThere;
    }
}
