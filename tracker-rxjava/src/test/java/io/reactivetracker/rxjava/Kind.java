// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import java.util.List;

/** RxJava's types, and the ways in which elements can pass from a source of each to its subscriber. */
enum Kind {
    FLOWABLE,
    OBSERVABLE,
    SINGLE,
    MAYBE,
    COMPLETABLE;

    List<Mode> modes() {
        return switch (this) {
            case FLOWABLE -> List.of(Mode.PLAIN, Mode.CONDITIONAL, Mode.SYNC, Mode.ASYNC);
            case OBSERVABLE -> List.of(Mode.PLAIN, Mode.SYNC, Mode.ASYNC);
            case SINGLE, MAYBE, COMPLETABLE -> List.of(Mode.PLAIN);
        };
    }

    boolean hasElements() {
        return this != COMPLETABLE;
    }

    enum Mode {
        PLAIN,
        CONDITIONAL,
        SYNC,
        ASYNC
    }
}
