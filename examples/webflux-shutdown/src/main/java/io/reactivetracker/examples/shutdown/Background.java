// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.reactivetracker.group.Admission;
import io.reactivetracker.group.TaskGroup;
import reactor.core.publisher.Mono;

/** How the work on an order is started, that nobody waits for: its parcel is shipped, then the customer is told. */
interface Background {

    /**
     * Starts the work.
     *
     * @throws IllegalStateException if no more work is taken
     */
    void start(String order, Mono<Void> ship, Mono<Void> tell);

    /** As it is mostly done: from here on nobody knows that the work exists. */
    record Forgotten() implements Background {

        @Override
        public void start(String order, Mono<Void> ship, Mono<Void> tell) {
            ship.then(tell).subscribe();
        }
    }

    /**
     * The same, as a task of the application's own group; its steps are tasks of groups below.
     *
     * <p>That group is the first to be closed, and those below it stay open until it has no more tasks: so from one instant on no
     * order is taken, not even from one who still has a connection, and those that were taken can go through all their steps.
     *
     * @param orders a task for each order
     * @param parcels a task for each parcel, some at a time
     * @param notices a task for each customer who is told
     */
    record Tracked(TaskGroup orders, TaskGroup parcels, TaskGroup notices) implements Background {

        private static final int PARCELS_AT_ONCE = 64;

        static Tracked in(TaskGroup application) {
            TaskGroup parcels = application
                    .childBuilder("parcels")
                    .admission(Admission.concurrency(PARCELS_AT_ONCE))
                    .build();
            return new Tracked(application, parcels, application.child("notices"));
        }

        @Override
        public void start(String order, Mono<Void> ship, Mono<Void> tell) {
            Mono<Void> work = ship.transform(trackWith(parcels, "ship " + order))
                    .then(tell.transform(trackWith(notices, "tell " + order)));
            spawn(orders, work.name(order));
        }
    }
}
