// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import io.smallrye.mutiny.infrastructure.CallbackDecorator;

/**
 * A thread-local that Mutiny propagates to its callbacks, as MicroProfile Context Propagation does. Loaded as a
 * service.
 */
public final class PropagatedLocal implements CallbackDecorator {

    static final ThreadLocal<String> LOCAL = new ThreadLocal<>();

    /** Creates the decorator, for the service loader. */
    public PropagatedLocal() {}

    @Override
    public Runnable decorate(Runnable callback) {
        String captured = LOCAL.get();
        if (captured == null) {
            return callback;
        }
        return () -> {
            LOCAL.set(captured);
            try {
                callback.run();
            } finally {
                LOCAL.remove();
            }
        };
    }
}
