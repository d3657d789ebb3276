// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Hooks;
import reactor.core.scheduler.Schedulers;

/**
 * Runs actions with the thread-locals of the thread that subscribed, in whichever thread calls.
 *
 * <p>An operator that signals from a thread of somebody else, such as the one that cancels a token, does so through this.
 * It captures by Reactor's own hook for scheduled tasks, and only where automatic context propagation is on.
 */
final class SubscriberThreadLocals implements Executor {

    private static final Executor NONE = Runnable::run;

    // The hook decorates one runnable, at the time of the capture. So the action is handed to it aside, within its
    // thread.
    private static final ThreadLocal<@Nullable Runnable> ACTION = new ThreadLocal<>();

    private final Runnable decorated = Schedulers.onSchedule(SubscriberThreadLocals::runAction);

    private SubscriberThreadLocals() {}

    /** Captures those of this thread; runs actions as they are where automatic context propagation is off. */
    static Executor capture() {
        return Hooks.isAutomaticContextPropagationEnabled() ? new SubscriberThreadLocals() : NONE;
    }

    @Override
    public void execute(Runnable action) {
        ACTION.set(action);
        try {
            decorated.run();
        } finally {
            ACTION.remove();
        }
    }

    private static void runAction() {
        Runnable action = ACTION.get();
        ACTION.remove();
        if (action != null) {
            action.run();
        }
    }
}
