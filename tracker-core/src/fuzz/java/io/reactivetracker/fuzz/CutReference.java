// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import io.reactivetracker.CancellationToken;
import org.reactivestreams.Subscription;

/**
 * The rules of {@code cancelWith}, for one thread: a cancelled token cancels the upstream, and the downstream receives
 * the error between two signals.
 */
public abstract class CutReference implements Subscription {

    /** When a subscription starts to listen to its token. Before its source answers, it can be cut off earlier, too. */
    public enum Listens {
        BEFORE_SUBSCRIBE,
        IN_ON_SUBSCRIBE,
        AFTER_ON_SUBSCRIBE
    }

    private final CancellationToken token;
    private final Listens listens;
    private int inside;
    private boolean isCancelled;

    protected Subscription upstream;
    protected boolean isSubscribed;
    protected boolean isDone;
    protected boolean isEnded;
    protected boolean isCut;

    protected CutReference(CancellationToken token, Listens listens) {
        this.token = token;
        this.listens = listens;
    }

    /** Passes on that the subscription was cut off. */
    protected abstract void tellCut();

    /** Registers with the token, if this is the time. */
    protected final void listen(Listens time) {
        if (time == listens) {
            var unused = token.onCancel(this::cut);
        }
    }

    /** Runs a section that a cut must not interrupt; the downstream is notified after it. */
    protected final void inside(Runnable part) {
        inside++;
        try {
            part.run();
        } finally {
            if (--inside == 0 && isCut) {
                tellCut();
            }
        }
    }

    private void cut() {
        if (isEnded) {
            return;
        }
        isEnded = true;
        isCut = true;
        inside(this::cancelUpstream);
    }

    /** Cancels the upstream once, if present. */
    protected final void cancelUpstream() {
        if (!isCancelled && upstream != null) {
            isCancelled = true;
            upstream.cancel();
        }
    }

    /** Passes a signal on; cancels the subscription if that throws. */
    protected final void guard(Runnable signal) {
        try {
            signal.run();
        } catch (Throwable failure) {
            cancelAfter(failure);
            throw failure;
        }
    }

    /** Cancels because of a failure. */
    protected final void cancelAfter(Throwable failure) {
        try {
            cancel();
        } catch (Throwable another) {
            failure.addSuppressed(another);
        }
    }

    @Override
    public void request(long n) {
        guard(() -> upstream.request(n));
    }

    @Override
    public void cancel() {
        isEnded = true;
        cancelUpstream();
    }
}
