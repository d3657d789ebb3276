// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.reactor.ReactorTracking;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps cancelled tasks out of Reactor's log of dropped errors.
 *
 * <p>The hook is global, and Reactor would run every copy. So it is installed once, by the first application context.
 */
final class QuietCancelledTasks {

    private static final AtomicBoolean IS_INSTALLED = new AtomicBoolean();

    QuietCancelledTasks() {
        if (!IS_INSTALLED.getAndSet(true)) {
            ReactorTracking.quietCancelledTasks();
        }
    }
}
