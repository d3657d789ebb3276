// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;

/**
 * The source of an observed task that is a {@code Flux}: each subscription is an attempt, of which the observation is told.
 *
 * <p>Reactor's {@code tap} is put in when it is subscribed to and not before: so who looks where a task was made does not find
 * it in place of the user's own steps.
 */
final class FluxAttempt<T> extends FluxOperator<T, T> {

    FluxAttempt(Flux<T> source) {
        super(source);
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        source.tap(AttemptListener::new).subscribe(actual);
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : super.scanUnsafe(key);
    }
}
