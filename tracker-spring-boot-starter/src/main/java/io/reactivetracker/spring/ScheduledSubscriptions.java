// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.Registration;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.reactor.ReactorTracking;
import java.lang.StackWalker.StackFrame;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.SignalType;

/**
 * Counts a reactive {@code @Scheduled} method until its publisher has ended, and cancels the publisher with the task.
 *
 * <p>Spring calls such a method once, at the start, and subscribes to its publisher whenever a run is due. A hook of
 * Reactor sees that subscription, in the thread of the run.
 */
final class ScheduledSubscriptions {

    private static final AtomicLong HOOKS = new AtomicLong();

    private static final StackWalker STACK = StackWalker.getInstance(Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE));

    /** The class of Spring that subscribes. A test notices if it has another name. */
    private static final String SUBSCRIBER =
            "org.springframework.scheduling.annotation.ScheduledAnnotationReactiveSupport";

    /** The task of the run in this thread, until its subscription was seen. */
    private static final ThreadLocal<@Nullable BackgroundTask> CURRENT = new ThreadLocal<>();

    /** Runs a scheduled task that may subscribe to the publisher of a reactive method. */
    void run(Runnable scheduled, BackgroundTask task) {
        CURRENT.set(task);
        try {
            scheduled.run();
        } finally {
            CURRENT.remove();
        }
    }

    /** Installs a hook under a key of its own, which ends the tasks of runs, until the registration is closed. */
    Registration install() {
        String key = "reactive-tracker-scheduled-" + HOOKS.incrementAndGet();
        Hooks.onLastOperator(key, this::watched);
        return () -> Hooks.resetOnLastOperator(key);
    }

    /** The hook: returns the source, or one that ends the task of the run in this thread. */
    private Publisher<Object> watched(Publisher<Object> source) {
        BackgroundTask task = CURRENT.get();
        if (task == null || !isSubscribedByScheduling()) {
            return source;
        }
        CURRENT.remove();
        task.moveToSubscription();
        return Flux.from(source)
                .transform(ReactorTracking.cancelWith(task.task().cancellationToken()))
                .doFinally(signal -> task.end(outcomeOf(signal)));
    }

    private static Outcome outcomeOf(SignalType end) {
        return switch (end) {
            case ON_ERROR -> Outcome.FAILED;
            case CANCEL -> Outcome.CANCELLED;
            default -> Outcome.SUCCEEDED;
        };
    }

    private static boolean isSubscribedByScheduling() {
        return STACK.walk(frames -> frames.map(StackFrame::getDeclaringClass)
                .filter(type -> !type.getName().startsWith("reactor.")
                        && !type.getName().startsWith("java.")
                        && !type.getPackageName().equals(ScheduledSubscriptions.class.getPackageName()))
                .findFirst()
                .filter(type -> type.getName().startsWith(SUBSCRIBER))
                .isPresent());
    }
}
