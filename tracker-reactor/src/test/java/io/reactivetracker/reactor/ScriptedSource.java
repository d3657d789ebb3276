// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskTracker;
import java.util.ArrayList;
import java.util.List;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.GroupedFlux;
import reactor.core.publisher.Mono;

/**
 * A source of any type of publisher that runs a script, which need not follow the rules.
 *
 * <p>It records how many tasks the tracker counts when it is subscribed to and when it is cancelled.
 */
final class ScriptedSource {

    /** Runs when the source is subscribed to. */
    interface Script {
        void run(CoreSubscriber<? super String> subscriber, ScriptedSource source);
    }

    private final TaskTracker tracker;
    private final Script script;

    final List<Long> sizesWhenSubscribed = new ArrayList<>();
    final List<Long> sizesWhenCancelled = new ArrayList<>();

    ScriptedSource(TaskTracker tracker, Script script) {
        this.tracker = tracker;
        this.script = script;
    }

    /** Returns a publisher of a kind that runs the script. */
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

    private void subscribed(CoreSubscriber<? super String> subscriber) {
        sizesWhenSubscribed.add(tracker.size());
        script.run(subscriber, this);
    }

    private final class AsFlux extends Flux<String> {
        @Override
        public void subscribe(CoreSubscriber<? super String> subscriber) {
            subscribed(subscriber);
        }
    }

    private final class AsMono extends Mono<String> {
        @Override
        public void subscribe(CoreSubscriber<? super String> subscriber) {
            subscribed(subscriber);
        }
    }

    private final class AsGroup extends GroupedFlux<String, String> {
        @Override
        public String key() {
            return "key";
        }

        @Override
        public void subscribe(CoreSubscriber<? super String> subscriber) {
            subscribed(subscriber);
        }
    }

    private final class ScriptedSubscription implements Subscription {

        @Override
        public void request(long n) {}

        @Override
        public void cancel() {
            sizesWhenCancelled.add(tracker.size());
        }
    }
}
