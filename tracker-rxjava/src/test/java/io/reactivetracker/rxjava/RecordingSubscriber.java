// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.rxjava.Kind.Mode;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.operators.ConditionalSubscriber;
import io.reactivex.rxjava3.operators.QueueFuseable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

/**
 * A subscriber of all types at once. It takes elements in a given mode, notes each signal and how many tasks were
 * counted then, and may misbehave. A success is noted as an element and a completion.
 */
class RecordingSubscriber
        implements FlowableSubscriber<String>,
                Observer<String>,
                SingleObserver<String>,
                MaybeObserver<String>,
                CompletableObserver {

    final List<String> signals = new ArrayList<>();
    final List<Long> sizesAtTheEnd = new ArrayList<>();
    final List<Throwable> errors = new ArrayList<>();

    private final TaskTracker tracker;
    private final Mode mode;
    private final Consumer<String> behaviour;
    private @Nullable QueueFuseable<String> queue;
    private @Nullable Runnable cancel;

    RecordingSubscriber(TaskTracker tracker, Mode mode, Consumer<String> behaviour) {
        this.tracker = tracker;
        this.mode = mode;
        this.behaviour = behaviour;
    }

    static RecordingSubscriber of(TaskTracker tracker, Mode mode, Consumer<String> behaviour) {
        return mode == Mode.CONDITIONAL
                ? new Conditional(tracker, behaviour)
                : new RecordingSubscriber(tracker, mode, behaviour);
    }

    void cancel() {
        Objects.requireNonNull(cancel).run();
    }

    @Override
    public void onSubscribe(Subscription s) {
        cancel = s::cancel;
        subscribed(s);
        if (mode != Mode.SYNC) {
            s.request(Long.MAX_VALUE);
        }
    }

    @Override
    public void onSubscribe(Disposable d) {
        cancel = d::dispose;
        subscribed(d);
    }

    @SuppressWarnings("unchecked")
    private void subscribed(Object upstream) {
        if (mode == Mode.SYNC || mode == Mode.ASYNC) {
            int wanted = mode == Mode.SYNC ? QueueFuseable.SYNC : QueueFuseable.ASYNC;
            queue = (QueueFuseable<String>) upstream;
            assertThat(queue.requestFusion(wanted)).isEqualTo(wanted);
        }
        note("onSubscribe");
        if (mode == Mode.SYNC) {
            drain();
        }
    }

    @Override
    public void onNext(@Nullable String element) {
        if (mode == Mode.ASYNC) {
            drain();
        } else {
            note("onNext " + element);
        }
    }

    /** As a consumer in RxJava does: it ends, and says so, when it finds nothing more or when polling throws. */
    private void drain() {
        QueueFuseable<String> fused = Objects.requireNonNull(queue);
        try {
            for (String element = fused.poll(); element != null; element = fused.poll()) {
                note("onNext " + element);
            }
        } catch (PollFailure failure) {
            cancel();
            onError(failure);
            return;
        } catch (RuntimeException failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
        if (mode == Mode.SYNC) {
            note("end");
        }
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

    /** Thrown by a queue, in place of a terminal signal. */
    static final class PollFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Conditional extends RecordingSubscriber implements ConditionalSubscriber<String> {

        Conditional(TaskTracker tracker, Consumer<String> behaviour) {
            super(tracker, Mode.CONDITIONAL, behaviour);
        }

        @Override
        public boolean tryOnNext(String element) {
            onNext(element);
            return true;
        }
    }
}
