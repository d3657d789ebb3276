// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.Throwables;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls the listener of one shutdown, one call at a time, in the order in which the calls were added.
 *
 * <p>A call is added where its place in the order is decided, which may be under a lock, and made later by {@link
 * #run()}.
 */
final class ListenerCalls {

    private final @Nullable ShutdownListener listener;
    private final Queue<Consumer<ShutdownListener>> calls = new ConcurrentLinkedQueue<>();

    // The runs that were requested since the last one ended. The thread that raises it from 0 makes the calls.
    private final AtomicInteger requests = new AtomicInteger();

    ListenerCalls(@Nullable ShutdownListener listener) {
        this.listener = listener;
    }

    boolean isNeeded() {
        return listener != null;
    }

    void add(Consumer<ShutdownListener> call) {
        if (listener != null) {
            calls.add(call);
        }
    }

    /** Makes all added calls. Returns at once if another thread, or a frame below in this thread, is making them. */
    void run() {
        if (listener == null || requests.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            for (Consumer<ShutdownListener> call = calls.poll(); call != null; call = calls.poll()) {
                try {
                    call.accept(listener);
                } catch (Throwable failure) {
                    Throwables.reportUncaught(failure);
                }
            }
            seen = requests.addAndGet(-seen);
        } while (seen != 0);
    }
}
