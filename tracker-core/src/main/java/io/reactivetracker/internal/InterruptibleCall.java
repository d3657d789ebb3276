// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Calls a body that another thread may interrupt. No interrupt reaches what the thread runs next.
 *
 * <pre>
 *  WAITING ──call()──→ RUNNING ──the body returned or threw──→ ENDED
 *     └──cancel()──→ ENDED, and the body never runs
 * </pre>
 *
 * <p>{@code interrupt()} sends its interrupt under this object's lock and only while the call is RUNNING. The thread of
 * the body leaves RUNNING under the same lock, and then clears its interrupt. So an interrupt comes before that, or not
 * at all. The thread is one of the library's own, so no other interrupt is lost.
 *
 * @param <T> the type of the result
 */
public final class InterruptibleCall<T extends @Nullable Object> {

    private final Callable<T> body;

    // Guarded by this.
    private @Nullable Thread thread;
    private boolean isCancelled;

    /**
     * Creates a call that has not begun.
     *
     * @param body called at most once
     */
    public InterruptibleCall(Callable<T> body) {
        this.body = body;
    }

    /**
     * Calls the body in this thread. Returns without an interrupt pending.
     *
     * @return the result of the body
     * @throws CancellationException if the call was cancelled before, and the body did not run
     * @throws Exception what the body throws
     */
    public T call() throws Exception {
        synchronized (this) {
            if (isCancelled) {
                throw new CancellationException("cancelled before it began");
            }
            thread = Thread.currentThread();
        }
        try {
            return body.call();
        } finally {
            synchronized (this) {
                thread = null;
            }
            Thread.interrupted();
        }
    }

    /** Interrupts the body if it is running. A body that has not begun is not affected. */
    public synchronized void interrupt() {
        if (thread != null) {
            thread.interrupt();
        }
    }

    /**
     * Returns whether the call was cancelled, before, during or after the body.
     *
     * @return true once {@link #cancel()} was called
     */
    public synchronized boolean isCancelled() {
        return isCancelled;
    }

    /**
     * Returns where the thread of the body stands. The thread cannot leave the body meanwhile, so the frames are those
     * of the body.
     *
     * @param maxFrames the maximum number of frames
     * @return the innermost frames of the body, innermost first; empty if the body is not running
     */
    public List<StackTraceElement> stack(int maxFrames) {
        StackTraceElement[] frames;
        synchronized (this) {
            if (thread == null) {
                return List.of();
            }
            frames = thread.getStackTrace();
        }
        List<StackTraceElement> ofBody = new ArrayList<>();
        for (StackTraceElement frame : frames) {
            if (ofBody.size() == maxFrames || frame.getClassName().equals(InterruptibleCall.class.getName())) {
                break;
            }
            ofBody.add(frame);
        }
        return ofBody;
    }

    /** Interrupts the body if it is running. A body that has not begun never runs. */
    public synchronized void cancel() {
        isCancelled = true;
        interrupt();
    }
}
