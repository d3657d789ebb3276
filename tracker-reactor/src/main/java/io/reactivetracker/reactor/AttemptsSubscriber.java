// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.Registration;
import io.reactivetracker.group.Decision;
import io.reactivetracker.group.GroupTask;
import io.reactivetracker.internal.Failures;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The attempts of one task of a group, as one subscription: each waits for admission and then subscribes to the source.
 *
 * <p>One attempt follows the other, so the signals are serial. Demand that no attempt has served yet is kept and requested
 * of the next one. What waits, for admission or for the time of a retry, is taken back by {@link #cancel}.
 *
 * <p>The policy is asked here and not by an operator upstream: an {@code onErrorContinue} of the downstream reaches the
 * source, as it does without us, and finds no step of ours that it could apply to.
 */
final class AttemptsSubscriber<T> implements CoreSubscriber<T>, Subscription, Scannable {

    private static final Registration NOT_WAITING = () -> {};

    private final CoreSubscriber<? super T> actual;
    private final CorePublisher<? extends T> source;
    private final GroupTask task;
    private final Continuations continuations;
    private final Executor threadLocals;

    // Guarded by this object. Waits are numbered, since one may be over before the caller that began it has its
    // registration.
    private long requested;
    private @Nullable Subscription upstream;
    private int waits;
    private Registration waiting = NOT_WAITING;
    private boolean cancelled;

    // Of the attempt that runs; the next one begins after it.
    private long produced;
    private boolean done;

    private AttemptsSubscriber(
            CoreSubscriber<? super T> actual,
            CorePublisher<? extends T> source,
            GroupTask task,
            Continuations continuations,
            Executor threadLocals) {
        this.actual = actual;
        this.source = source;
        this.task = task;
        this.continuations = continuations;
        this.threadLocals = threadLocals;
    }

    /** Makes the attempts of a task the upstream of a subscriber, and begins with the first one. */
    static <T> void subscribe(
            CoreSubscriber<? super T> actual,
            CorePublisher<? extends T> source,
            GroupTask task,
            Continuations continuations,
            Executor threadLocals) {
        AttemptsSubscriber<T> attempts = new AttemptsSubscriber<>(actual, source, task, continuations, threadLocals);
        actual.onSubscribe(attempts);
        attempts.awaitAdmission();
    }

    private void awaitAdmission() {
        int wait = beginWait();
        keep(
                wait,
                task.admit(
                        () -> threadLocals.execute(this::attempt),
                        rejection -> threadLocals.execute(() -> actual.onError(rejection))));
    }

    private void attempt() {
        synchronized (this) {
            if (cancelled) {
                return;
            }
            endWait();
            if (requested != Long.MAX_VALUE) {
                requested = Math.max(0, requested - produced);
            }
            upstream = null;
        }
        produced = 0;
        done = false;
        try {
            continuations.orElse(source, task).subscribe(this);
        } catch (Throwable failure) {
            failInSubscribe(failure);
        }
    }

    /** As every operator of Reactor does; but what was subscribed to is over before the next attempt begins. */
    private void failInSubscribe(Throwable failure) {
        Subscription begun;
        synchronized (this) {
            // Cancelled already, if the downstream has cancelled; not to be cancelled again, if it does so later.
            begun = cancelled ? null : upstream;
            upstream = null;
        }
        if (begun != null) {
            Failures.runAfter(failure, begun::cancel);
        }
        Operators.reportThrowInSubscribe(this, failure);
    }

    @Override
    public void onSubscribe(Subscription s) {
        long demand;
        synchronized (this) {
            if (cancelled || upstream != null) {
                demand = -1;
            } else {
                upstream = s;
                demand = requested;
            }
        }
        if (demand > 0) {
            s.request(demand);
        } else if (demand < 0) {
            s.cancel();
        }
    }

    @Override
    public void onNext(T element) {
        if (done) {
            Operators.onNextDropped(element, currentContext());
            return;
        }
        produced++;
        actual.onNext(element);
    }

    @Override
    public void onError(Throwable error) {
        if (done) {
            Operators.onErrorDropped(error, currentContext());
            return;
        }
        done = true;
        Decision.Again again = task.mayGoOn() && !isCancelled() ? task.failed(error) : null;
        if (again == null) {
            actual.onError(error);
            return;
        }
        int wait = beginWait();
        keep(
                wait,
                task.scheduleNextAttempt(
                        again,
                        error,
                        () -> threadLocals.execute(this::awaitAdmission),
                        reason -> threadLocals.execute(() -> actual.onError(reason))));
    }

    @Override
    public void onComplete() {
        if (!done) {
            done = true;
            actual.onComplete();
        }
    }

    @Override
    public void request(long n) {
        Subscription s;
        synchronized (this) {
            s = upstream;
            if (n > 0) {
                requested = Operators.addCap(requested, n);
            }
        }
        if (s != null) {
            s.request(n);
        } else if (n <= 0) {
            // There is no source yet to answer what must not be requested; it adds nothing to what will be.
            Operators.reportBadRequest(n);
        }
    }

    @Override
    public void cancel() {
        Subscription s;
        Registration left;
        synchronized (this) {
            if (cancelled) {
                return;
            }
            cancelled = true;
            s = upstream;
            left = waiting;
        }
        try {
            if (s != null) {
                s.cancel();
            }
        } finally {
            left.close();
        }
    }

    private synchronized boolean isCancelled() {
        return cancelled;
    }

    /** The attempt before has ended: its subscription is not to be cancelled or requested from any more. */
    private synchronized int beginWait() {
        upstream = null;
        return ++waits;
    }

    /** The caller holds the lock. */
    private void endWait() {
        waits++;
        waiting = NOT_WAITING;
    }

    private void keep(int wait, Registration registration) {
        synchronized (this) {
            if (wait != waits) {
                return;
            }
            if (!cancelled) {
                waiting = registration;
                return;
            }
        }
        registration.close();
    }

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.PARENT) {
            synchronized (this) {
                return upstream;
            }
        }
        if (key == Attr.ACTUAL) {
            return actual;
        }
        if (key == Attr.CANCELLED) {
            return isCancelled();
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}
