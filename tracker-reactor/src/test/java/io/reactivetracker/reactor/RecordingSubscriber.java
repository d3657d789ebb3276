// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/** Requests all elements, records each signal and the number of tasks at that time, and throws if told to. */
final class RecordingSubscriber implements CoreSubscriber<String> {

    final List<String> signals = new ArrayList<>();
    final List<Long> sizesAtTheEnd = new ArrayList<>();
    final List<Throwable> errors = new ArrayList<>();

    private final TaskTracker tracker;
    private final Consumer<String> behaviour;
    private @Nullable Subscription subscription;

    RecordingSubscriber(TaskTracker tracker, Consumer<String> behaviour) {
        this.tracker = tracker;
        this.behaviour = behaviour;
    }

    void cancel() {
        Objects.requireNonNull(subscription).cancel();
    }

    @Override
    public void onSubscribe(Subscription s) {
        if (subscription == null) {
            subscription = s;
        }
        note("onSubscribe");
        s.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String element) {
        note("onNext " + element);
    }

    @Override
    public void onError(Throwable error) {
        errors.add(error);
        sizesAtTheEnd.add(tracker.size());
        note("onError");
    }

    @Override
    public void onComplete() {
        sizesAtTheEnd.add(tracker.size());
        note("onComplete");
    }

    private void note(String signal) {
        signals.add(signal);
        behaviour.accept(signal);
    }
}
