// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Hooks;

/**
 * Installs a hook that sees each subscription of Reactor, from the start of an application context to its stop. It is
 * started first and stopped last, so that it sees the subscriptions of the shutdown, too.
 *
 * <p>Hooks are global. Each context has one under its own key, and removes only that.
 */
final class SubscriptionHook implements SmartLifecycle {

    private static final AtomicLong HOOKS = new AtomicLong();

    private final String key = "reactive-tracker-" + HOOKS.incrementAndGet();
    private final Function<Publisher<Object>, Publisher<Object>> hook;
    private volatile boolean isRunning;

    /** Creates a hook that replaces pipelines that are about to be subscribed to. */
    SubscriptionHook(Function<Publisher<Object>, Publisher<Object>> hook) {
        this.hook = hook;
    }

    @Override
    public void start() {
        Hooks.onLastOperator(key, hook);
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
