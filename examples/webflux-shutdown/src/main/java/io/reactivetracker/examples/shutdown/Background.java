// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.reactivetracker.group.Admission;
import io.reactivetracker.group.TaskGroup;
import reactor.core.publisher.Mono;

/** Starts the work on an order: ships the parcel, then notifies the customer. */
interface Background {

    /**
     * Starts the work.
     *
     * @throws IllegalStateException if no more work is accepted
     */
    void start(String order, Mono<Void> ship, Mono<Void> tell);

    /** The common way: the subscription is forgotten. */
    record Forgotten() implements Background {

        @Override
        public void start(String order, Mono<Void> ship, Mono<Void> tell) {
            ship.then(tell).subscribe();
        }
    }

    /**
     * The work as a task of the application's group, with its steps as tasks of groups below it.
     *
     * <p>At shutdown that group closes first, and the groups below it stay open until its tasks have ended. So no order
     * is accepted after that moment, and accepted orders complete all their steps.
     *
     * @param orders has one task per order
     * @param parcels has one task per parcel, with limited concurrency
     * @param notices has one task per notification
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
