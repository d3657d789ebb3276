// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring.library;

import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Subscribes by itself, as a library does. */
public final class Library {

    private Library() {}

    public static Disposable cleanUp(Mono<?> cleaning) {
        return cleaning.subscribe();
    }
}
