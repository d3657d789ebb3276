// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskTracker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.GroupedFlux;
import reactor.core.publisher.Mono;

/**
 * A source that does just what a test tells it, rules or no rules, as any type of publisher and in any mode of fusion.
 *
 * <p>It notes how many tasks the tracker counts whenever it is touched.
 */
final class ScriptedSource {

    /** What the source does when it is subscribed to. */
    interface Script {
        void run(CoreSubscriber<? super String> subscriber, ScriptedSource source);
    }

    private final TaskTracker tracker;
    private final Mode mode;
    private final Script script;
    private final Queue<String> queue = new ArrayDeque<>();
    private @Nullable RuntimeException pollFailure;

    final List<Long> sizesWhenSubscribed = new ArrayList<>();
    final List<Long> sizesWhenCancelled = new ArrayList<>();

    ScriptedSource(TaskTracker tracker, Mode mode, Script script) {
        this.tracker = tracker;
        this.mode = mode;
        this.script = script;
    }

    /** The publisher of a kind that follows the script. */
    CorePublisher<String> as(Kind kind) {
        return switch (kind) {
            case FLUX -> new AsFlux();
            case MONO -> new AsMono();
            case GROUPED_FLUX -> new AsGroup();
        };
    }

    void onSubscribe(CoreSubscriber<? super String> subscriber) {
        subscriber.onSubscribe(new ScriptedSubscription());
    }

    /** Passes an element on, as the mode of fusion wants it. Synchronously fused, it is there for the taking. */
    void emit(CoreSubscriber<? super String> subscriber, String element) {
        switch (mode) {
            case PLAIN -> subscriber.onNext(element);
            case CONDITIONAL -> ((Fuseable.ConditionalSubscriber<? super String>) subscriber).tryOnNext(element);
            case SYNC -> queue.add(element);
            case ASYNC -> {
                queue.add(element);
                signalAsync(subscriber);
            }
        }
    }

    /** Fills the queue before the subscription: synchronous fusion takes all there is from within onSubscribe. */
    void prepare(String element) {
        queue.add(element);
    }

    void failWhenPolled(RuntimeException failure) {
        pollFailure = failure;
    }

    @SuppressWarnings("NullAway") // asynchronous fusion signals by a null that there is something to poll
    private static void signalAsync(CoreSubscriber<? super String> subscriber) {
        subscriber.onNext(null);
    }

    private void subscribed(CoreSubscriber<? super String> subscriber) {
        sizesWhenSubscribed.add(tracker.size());
        script.run(subscriber, this);
    }

    private final class AsFlux extends Flux<String> implements Fuseable {
        @Override
        public void subscribe(CoreSubscriber<? super String> subscriber) {
            subscribed(subscriber);
        }
    }

    private final class AsMono extends Mono<String> implements Fuseable {
        @Override
        public void subscribe(CoreSubscriber<? super String> subscriber) {
            subscribed(subscriber);
        }
    }

    private final class AsGroup extends GroupedFlux<String, String> implements Fuseable {
        @Override
        public String key() {
            return "key";
        }

        @Override
        public void subscribe(CoreSubscriber<? super String> subscriber) {
            subscribed(subscriber);
        }
    }

    private final class ScriptedSubscription implements Fuseable.QueueSubscription<String> {

        @Override
        public int requestFusion(int requestedMode) {
            return switch (mode) {
                case PLAIN, CONDITIONAL -> Fuseable.NONE;
                case SYNC -> requestedMode & Fuseable.SYNC;
                case ASYNC -> requestedMode & Fuseable.ASYNC;
            };
        }

        @Override
        public @Nullable String poll() {
            String element = queue.poll();
            if (element == null && pollFailure != null) {
                throw pollFailure;
            }
            return element;
        }

        @Override
        public boolean isEmpty() {
            return queue.isEmpty() && pollFailure == null;
        }

        @Override
        public int size() {
            return queue.size();
        }

        @Override
        public void clear() {
            queue.clear();
        }

        @Override
        public void request(long n) {}

        @Override
        public void cancel() {
            sizesWhenCancelled.add(tracker.size());
        }
    }
}
