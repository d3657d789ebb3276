// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.DrainSignal;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/**
 * A wait for a drain, whose name tells what it waits for: a {@code timeout} downstream puts that into its message, so one who
 * waits for a tracker that nobody has closed reads it there.
 */
final class MonoDrained extends MonoOperator<Void, Void> {

    private final DrainSignal signal;

    MonoDrained(DrainSignal signal) {
        super(ReactorTracking.completeOn(signal::onDone));
        this.signal = signal;
    }

    static Mono<Void> of(DrainSignal signal) {
        return new MonoDrained(signal);
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
