// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.reactivetracker.TaskTracker;
import reactor.core.publisher.Mono;

/** How a pipeline is started that nobody waits for. */
interface Background {

    void start(String name, Mono<Void> task);

    /** As it is mostly done: from here on nobody knows that the task exists. */
    record Forgotten() implements Background {

        @Override
        public void start(String name, Mono<Void> task) {
            task.subscribe();
        }
    }

    /** The same, and counted. */
    record Tracked(TaskTracker tracker) implements Background {

        @Override
        public void start(String name, Mono<Void> task) {
            task.transform(trackWith(tracker, name)).subscribe();
        }
    }
}
