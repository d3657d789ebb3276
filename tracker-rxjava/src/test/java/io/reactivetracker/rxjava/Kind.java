// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

/** RxJava's types. */
enum Kind {
    FLOWABLE,
    OBSERVABLE,
    SINGLE,
    MAYBE,
    COMPLETABLE;

    boolean hasElements() {
        return this != COMPLETABLE;
    }
}
