// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.Registration;
import java.util.function.Supplier;
import org.springframework.context.SmartLifecycle;

/**
 * Installs a hook that sees each subscription of Reactor, from the start of an application context to its stop. It is
 * started first and stopped last, so that it sees the subscriptions of the shutdown, too.
 *
 * <p>Hooks are global. Each context has one of its own, and removes only that.
 */
final class SubscriptionHook implements SmartLifecycle {

    private final Supplier<Registration> install;
    private volatile Registration installed = Registration.none();
    private volatile boolean isRunning;

    /** Creates a hook that is installed by a function and removed by closing what it returns. */
    SubscriptionHook(Supplier<Registration> install) {
        this.install = install;
    }

    @Override
    public void start() {
        installed = install.get();
        isRunning = true;
    }

    @Override
    public void stop() {
        isRunning = false;
        installed.close();
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
