// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivex.rxjava3.exceptions.ProtocolViolationException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.reactivestreams.Subscription;

/** Reports an upstream that breaks the protocol, in RxJava's own words, since tests and logs look for them. */
final class ProtocolViolations {

    private ProtocolViolations() {}

    /** Reports that {@code onSubscribe} was called again, with this upstream. */
    static void reportSecondOnSubscribe(Object upstream) {
        String kind = upstream instanceof Subscription ? "Subscription" : "Disposable";
        RxJavaPlugins.onError(new ProtocolViolationException(kind + " already set!"));
    }
}
