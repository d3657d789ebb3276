// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static io.reactivetracker.rxjava.RxTracking.whenDrained;

import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Flowable;
import java.util.concurrent.TimeUnit;

/** The program of the README. */
class Billing {
    public static void main(String[] args) {
        TaskTracker tracker = TaskTracker.create("orders");

        Flowable.intervalRange(1, 3, 50, 50, TimeUnit.MILLISECONDS)
                .doOnNext(order -> System.out.println("billed " + order))
                .compose(trackWith(tracker)) // also Observable, Single, Maybe and Completable
                .subscribe();

        tracker.close();
        whenDrained(tracker).blockingAwait();
    }
}
