// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.concurrent.atomic.AtomicLong;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Hooks;

/**
 * Has Reactor show each subscription, from the start of an application context to its stop: it is started first and stopped
 * last, so that also what the shutdown sets off is seen.
 *
 * <p>Reactor's hooks belong to the virtual machine. Each context has one under a key of its own, and takes only that away.
 */
final class SubscriptionHook implements SmartLifecycle {

    private static final AtomicLong HOOKS = new AtomicLong();

    private final String key = "reactive-tracker-" + HOOKS.incrementAndGet();
    private final CountedSubscriptions subscriptions;
    private volatile boolean isRunning;

    SubscriptionHook(CountedSubscriptions subscriptions) {
        this.subscriptions = subscriptions;
    }

    @Override
    public void start() {
        Hooks.onLastOperator(key, source -> WatchedPipelines.watched(source, subscriptions));
        isRunning = true;
    }

    @Override
    public void stop() {
        isRunning = false;
        Hooks.resetOnLastOperator(key);
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }

    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }
}
