// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The minimum to write by hand instead of a recorder: a state per key, without failures, waits, fencing tokens or a
 * guard against exceptions.
 */
final class HandWrittenStates<K> {

    private enum State {
        RUNNING,
        SUCCEEDED,
        FAILED
    }

    private final ConcurrentHashMap<K, State> states = new ConcurrentHashMap<>();

    boolean begin(K key) {
        State before = states.putIfAbsent(key, State.RUNNING);
        return before == null || (before == State.FAILED && states.replace(key, State.FAILED, State.RUNNING));
    }

    boolean succeed(K key) {
        return states.replace(key, State.RUNNING, State.SUCCEEDED);
    }

    boolean fail(K key) {
        return states.replace(key, State.RUNNING, State.FAILED);
    }

    <T> CompletionStage<T> record(K key, Supplier<CompletionStage<T>> body) {
        if (!begin(key)) {
            throw new IllegalStateException(key + " was begun already");
        }
        return body.get().whenComplete((value, failure) -> {
            if (failure == null) {
                succeed(key);
            } else {
                fail(key);
            }
        });
    }
}
