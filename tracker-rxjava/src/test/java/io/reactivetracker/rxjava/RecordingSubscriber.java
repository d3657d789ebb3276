// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

/**
 * A subscriber of all types at once. It notes each signal and how many tasks were
 * counted then, and may misbehave. A success is noted as an element and a completion.
 */
final class RecordingSubscriber
        implements FlowableSubscriber<String>,
                Observer<String>,
                SingleObserver<String>,
                MaybeObserver<String>,
                CompletableObserver {

    final List<String> signals = new ArrayList<>();
    final List<Long> sizesAtTheEnd = new ArrayList<>();
    final List<Throwable> errors = new ArrayList<>();

    private final TaskTracker tracker;
    private final Consumer<String> behaviour;
    private @Nullable Runnable cancel;

    RecordingSubscriber(TaskTracker tracker, Consumer<String> behaviour) {
        this.tracker = tracker;
        this.behaviour = behaviour;
    }

    void cancel() {
        Objects.requireNonNull(cancel).run();
    }

    @Override
    public void onSubscribe(Subscription s) {
        cancel = s::cancel;
        note("onSubscribe");
        s.request(Long.MAX_VALUE);
    }

    @Override
    public void onSubscribe(Disposable d) {
        cancel = d::dispose;
        note("onSubscribe");
    }

    @Override
    public void onNext(String element) {
        note("onNext " + element);
    }

    @Override
    public void onSuccess(String element) {
        sizesAtTheEnd.add(tracker.size());
        note("onNext " + element);
        note("onComplete");
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
