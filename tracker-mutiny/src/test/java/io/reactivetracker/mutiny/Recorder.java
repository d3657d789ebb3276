// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import io.smallrye.mutiny.Context;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import io.smallrye.mutiny.subscription.UniSubscriber;
import io.smallrye.mutiny.subscription.UniSubscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow.Subscription;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber of both types. It notes each signal and how many tasks are counted at the end, and may misbehave. The
 * item of a {@code Uni} is noted as an item and a completion.
 */
final class Recorder implements MultiSubscriber<String>, UniSubscriber<String> {

    final List<String> signals = new ArrayList<>();
    final List<Long> sizesAtTheEnd = new ArrayList<>();
    final List<Throwable> failures = new ArrayList<>();

    private final Kind kind;
    private final LongSupplier size;
    private final Consumer<String> behaviour;
    private final Context context = Context.empty();
    private @Nullable Subscription subscription;

    Recorder(Kind kind, LongSupplier size, Consumer<String> behaviour) {
        this.kind = kind;
        this.size = size;
        this.behaviour = behaviour;
    }

    void cancel() {
        Objects.requireNonNull(subscription).cancel();
    }

    @Override
    public Context context() {
        return context;
    }

    @Override
    public void onSubscribe(UniSubscription s) {
        onSubscribe((Subscription) s);
    }

    @Override
    public void onSubscribe(Subscription s) {
        subscription = s;
        note("onSubscribe");
        s.request(Long.MAX_VALUE);
    }

    @Override
    public void onItem(@Nullable String item) {
        if (kind == Kind.UNI) {
            sizesAtTheEnd.add(size.getAsLong());
            if (item != null) {
                signals.add("onItem " + item);
            }
            note("onCompletion");
        } else {
            note("onItem " + item);
        }
    }

    @Override
    public void onFailure(Throwable failure) {
        failures.add(failure);
        sizesAtTheEnd.add(size.getAsLong());
        note("onFailure");
    }

    @Override
    public void onCompletion() {
        sizesAtTheEnd.add(size.getAsLong());
        note("onCompletion");
    }

    private void note(String signal) {
        signals.add(signal);
        behaviour.accept(signal);
    }
}
