// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.CallSite;
import io.reactivetracker.Registration;
import io.reactivetracker.SubscriptionSelector;
import io.reactivetracker.SubscriptionTask;
import io.reactivetracker.adapter.SubscribeCalls;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

/** Finds fire-and-forget subscriptions by a hook of Reactor, and counts those that a selector selects. */
final class CountedSubscriptions {

    private static final AtomicLong HOOKS = new AtomicLong();
    private static final String REACTOR = Flux.class.getPackageName();
    private static final SubscribeCalls CALLS = new SubscribeCalls(Set.of(Mono.class, Flux.class), Set.of("subscribe"));

    private final SubscriptionSelector selector;

    private CountedSubscriptions(SubscriptionSelector selector) {
        this.selector = selector;
    }

    /** Installs a hook under a key of its own, and removes only that. */
    static Registration install(SubscriptionSelector selector) {
        CountedSubscriptions subscriptions = new CountedSubscriptions(selector);
        String key = "reactive-tracker-" + HOOKS.incrementAndGet();
        Hooks.onLastOperator(key, source -> WatchedPipelines.watched(source, subscriptions));
        return () -> Hooks.resetOnLastOperator(key);
    }

    /** Subscribes, and counts the subscription if it is selected and nothing else counts it. */
    <T> void subscribe(CorePublisher<T> source, CoreSubscriber<? super T> actual) {
        SubscriptionTask task = isDisposableOfReactor(actual) ? taskOf(source) : null;
        (task == null ? source : counted(source, task)).subscribe(actual);
    }

    /**
     * Returns whether the subscriber may be one that Reactor creates for {@code subscribe()}, {@code subscribe(onNext)}
     * and the like, whose outcome nobody sees.
     *
     * <p>Those are the {@code Disposable} that {@code subscribe()} returns. Automatic context propagation wraps them in
     * a subscriber that restores thread-locals. A few of Reactor's operators, and {@code block()}, also have a
     * subscriber that is a {@code Disposable}; {@link SubscribeCalls} excludes them, since there the caller is Reactor
     * itself or has called another method.
     */
    private static boolean isDisposableOfReactor(CoreSubscriber<?> subscriber) {
        if (!isOfReactor(subscriber)) {
            return false;
        }
        if (subscriber instanceof Disposable) {
            return true;
        }
        Scannable wrapped = Scannable.from(subscriber).scan(Scannable.Attr.ACTUAL);
        return wrapped instanceof Disposable && isOfReactor(wrapped);
    }

    private static boolean isOfReactor(Object subscriber) {
        return subscriber.getClass().getPackageName().equals(REACTOR);
    }

    private @Nullable SubscriptionTask taskOf(CorePublisher<?> source) {
        if (!Pipelines.isToBeCounted(source)) {
            return null;
        }
        CallSite caller = CALLS.caller();
        return caller == null ? null : selector.select(caller, Pipelines.nameOf(source));
    }

    private static <T> CorePublisher<T> counted(CorePublisher<T> source, SubscriptionTask task) {
        CorePublisher<T> cancellable =
                ReactorTracking.<CorePublisher<T>>cancelWith(task.token()).apply(source);
        // These operators subscribe without the hooks, so that the subscription is not examined twice.
        return ReactorTracking.<CorePublisher<T>>trackWith(task.tracker(), task.name())
                .apply(cancellable);
    }
}
