// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Hooks;
import reactor.core.scheduler.Schedulers;

/**
 * Runs actions in the calling thread, with the thread-locals of the thread that subscribed.
 *
 * <p>An operator that sends a signal from another thread, such as the thread that cancels a token, runs it by this. The
 * thread-locals are captured by Reactor's own hook for scheduled tasks, where automatic context propagation is on.
 */
final class SubscriberThreadLocals implements Executor {

    private static final Executor NONE = Runnable::run;

    // The hook decorates one runnable, when the thread-locals are captured. That runnable takes the action from here.
    private static final ThreadLocal<@Nullable Runnable> ACTION = new ThreadLocal<>();

    private final Runnable decorated = Schedulers.onSchedule(SubscriberThreadLocals::runAction);

    private SubscriberThreadLocals() {}

    /** Captures the thread-locals of this thread, unless automatic context propagation is off. */
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
