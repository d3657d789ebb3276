// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.DrainSignal;
import io.reactivetracker.Registration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/**
 * Completes on a signal, and has the signal's description as its name: the message of a {@code timeout} downstream
 * tells by it which tracker the caller waits for, and that nobody has closed it.
 */
final class MonoSignal extends MonoOperator<Void, Void> {

    private final DrainSignal signal;

    MonoSignal(DrainSignal signal) {
        super(of(signal::onDone));
        this.signal = signal;
    }

    /**
     * Returns a {@code Mono} that completes on an event.
     *
     * @param event registers an action for the event
     */
    static Mono<Void> of(Function<Runnable, Registration> event) {
        return Mono.create(sink -> sink.onDispose(event.apply(sink::success)::close));
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        source.subscribe(actual);
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.NAME ? signal.toString() : super.scanUnsafe(key);
    }
}
