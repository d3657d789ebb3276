// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;

/** What nobody refers to any more. */
final class Garbage {

    private Garbage() {}

    /** Waits until the collector has found that nobody refers to it. */
    static void awaitThatOf(WeakReference<?> reference) {
        await().until(() -> {
            System.gc();
            return reference.get() == null;
        });
    }
}
