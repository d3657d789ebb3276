// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;

/** Takes elements in a given mode, notes each signal and how many tasks were counted then, and may misbehave. */
class RecordingSubscriber implements CoreSubscriber<String> {

    final List<String> signals = new ArrayList<>();
    final List<Long> sizesAtTheEnd = new ArrayList<>();
    final List<Throwable> errors = new ArrayList<>();

    private final TaskTracker tracker;
    private final Mode mode;
    private final Consumer<String> behaviour;
    private @Nullable Subscription subscription;

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
        Objects.requireNonNull(subscription).cancel();
    }

    @Override
    public void onSubscribe(Subscription s) {
        if (subscription == null) {
            subscription = s;
            if (mode == Mode.SYNC || mode == Mode.ASYNC) {
                int wanted = mode == Mode.SYNC ? Fuseable.SYNC : Fuseable.ASYNC;
                assertThat(((Fuseable.QueueSubscription<?>) s).requestFusion(wanted))
                        .isEqualTo(wanted);
            }
        }
        note("onSubscribe");
        if (mode == Mode.SYNC) {
            drain();
        } else {
            s.request(Long.MAX_VALUE);
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

    /** As a consumer in Reactor does: it ends, and says so, when it finds nothing more or when polling throws. */
    @SuppressWarnings("unchecked")
    private void drain() {
        Fuseable.QueueSubscription<String> queue =
                (Fuseable.QueueSubscription<String>) Objects.requireNonNull(subscription);
        try {
            for (String element = queue.poll(); element != null; element = queue.poll()) {
                note("onNext " + element);
            }
        } catch (PollFailure failure) {
            queue.cancel();
            onError(failure);
            return;
        }
        if (mode == Mode.SYNC) {
            note("end");
        }
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

    private static final class Conditional extends RecordingSubscriber
            implements Fuseable.ConditionalSubscriber<String> {

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
