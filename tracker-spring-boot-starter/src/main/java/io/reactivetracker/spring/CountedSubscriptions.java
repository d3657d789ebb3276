// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.reactor.ReactorTracking;
import org.jspecify.annotations.Nullable;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;

/**
 * Counts the subscriptions that the application's own code makes and whose outcome it ignores.
 *
 * <p>A tracker counts them, not a group, since a tracker refuses none: what a task starts during the shutdown is
 * awaited, too, and what a library starts then does not break.
 */
final class CountedSubscriptions {

    private static final String REACTOR = Flux.class.getPackageName();

    private final TaskTracker tracker = TaskTracker.create("subscriptions");
    private final CancellationToken token = CancellationToken.create("a task of tracker \"subscriptions\"");
    private final CallSites callSites;

    CountedSubscriptions(CallSites callSites) {
        this.callSites = callSites;
    }

    TaskTracker tracker() {
        return tracker;
    }

    /** Returns a token that cancels all counted subscriptions, and all later ones. */
    CancellationToken token() {
        return token;
    }

    /** Subscribes, and counts the subscription if the application made it and nothing else counts it. */
    <T> void subscribe(CorePublisher<T> source, CoreSubscriber<? super T> actual) {
        String name = isDisposableOfReactor(actual) ? nameOf(source) : null;
        (name == null ? source : counted(source, name)).subscribe(actual);
    }

    /**
     * Returns whether the subscriber may be one that Reactor creates for {@code subscribe()}, {@code subscribe(onNext)}
     * and the like, whose outcome nobody sees.
     *
     * <p>Those are the {@code Disposable} that {@code subscribe()} returns. Automatic context propagation wraps them in
     * a subscriber that restores thread-locals. A few of Reactor's operators, and {@code block()}, also have a
     * subscriber that is a {@code Disposable}; {@link CallSites} excludes them, since there the application has not
     * called that method itself.
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

    /** Returns the name of the task, or null if it is not to be counted. */
    private @Nullable String nameOf(CorePublisher<?> source) {
        if (!Pipelines.isToBeCounted(source)) {
            return null;
        }
        String caller = callSites.nearest();
        String name = caller == null ? null : Pipelines.nameOf(source);
        return name == null ? caller : name;
    }

    private <T> CorePublisher<T> counted(CorePublisher<T> source, String name) {
        CorePublisher<T> cancellable =
                ReactorTracking.<CorePublisher<T>>cancelWith(token).apply(source);
        // These operators subscribe without the hooks, so that the subscription is not examined twice.
        return ReactorTracking.<CorePublisher<T>>trackWith(tracker, name).apply(cancellable);
    }
}
