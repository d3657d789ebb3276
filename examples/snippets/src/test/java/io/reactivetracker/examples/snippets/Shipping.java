// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static io.reactivetracker.reactor.ReactorTracking.whenDrained;

import io.reactivetracker.TaskTracker;
import java.time.Duration;
import reactor.core.publisher.Flux;

/** The program of the README. */
class Shipping {
    public static void main(String[] args) {
        TaskTracker tracker = TaskTracker.create("orders");

        Flux.just("a", "b", "c")
                .delayElements(Duration.ofMillis(50))
                .doOnNext(order -> System.out.println("shipped " + order))
                .transform(trackWith(tracker))
                .subscribe();

        tracker.close(); // no more work is expected
        whenDrained(tracker).block(); // returns when c is shipped
    }
}
