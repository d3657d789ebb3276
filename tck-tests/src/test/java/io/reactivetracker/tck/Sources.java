// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import io.reactivex.rxjava3.core.Flowable;
import io.smallrye.mutiny.Multi;
import java.util.stream.LongStream;
import reactor.core.publisher.Flux;

/** Sources of any length, including endless ones. */
final class Sources {

    private Sources() {}

    /** Returns numbers from 0; a short source is fused synchronously, a long one is generated. */
    static Flux<Long> flux(long elements) {
        if (elements <= Integer.MAX_VALUE) {
            return Flux.range(0, (int) elements).map(Integer::longValue);
        }
        return Flux.generate(() -> 0L, (next, sink) -> {
            sink.next(next);
            if (next + 1 == elements) {
                sink.complete();
            }
            return next + 1;
        });
    }

    /** Returns numbers from 0. */
    static Flowable<Long> flowable(long elements) {
        return Flowable.rangeLong(0, elements);
    }

    /** Returns numbers from 0. */
    static Multi<Long> multi(long elements) {
        return Multi.createFrom().iterable(() -> LongStream.range(0, elements).iterator());
    }
}
