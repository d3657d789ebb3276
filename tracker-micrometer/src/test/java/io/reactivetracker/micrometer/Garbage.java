// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;

/** Waits for objects to be garbage collected. */
final class Garbage {

    private Garbage() {}

    /** Waits until the garbage collector has cleared the reference. */
    static void awaitThatOf(WeakReference<?> reference) {
        await().until(() -> {
            System.gc();
            return reference.get() == null;
        });
    }
}
