// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import io.reactivetracker.Registration;
import io.reactivetracker.SubscriptionSelector;
import io.reactivetracker.reactor.ReactorTracking;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import reactor.core.scheduler.Schedulers;

/** Project Reactor. */
final class ReactorLibrary implements Library {

    private static final AtomicLong HOOKS = new AtomicLong();

    @Override
    public Registration install(SubscriptionSelector selector, UnaryOperator<Runnable> scheduled) {
        String key = "reactive-tracker-junit-" + HOOKS.incrementAndGet();
        Registration subscriptions = ReactorTracking.trackSubscriptions(selector);
        Schedulers.onScheduleHook(key, scheduled);
        return () -> {
            Schedulers.resetOnScheduleHook(key);
            subscriptions.close();
        };
    }
}
