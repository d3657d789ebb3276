// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava.fuzz;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.fuzz.Node;
import io.reactivetracker.fuzz.Refused;
import io.reactivetracker.fuzz.World;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableEmitter;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.exceptions.Exceptions;
import io.reactivex.rxjava3.exceptions.ProtocolViolationException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** What {@code cancelWith} is measured by, for one thread: cancels upstream, and tells downstream between two signals. */
final class CutOff {

    private CutOff() {}

    static Flowable<Object> of(Flowable<Object> source, CancellationToken token) {
        return of(source, token, true);
    }

    private static Flowable<Object> of(Flowable<Object> source, CancellationToken token, boolean isCancelledAfterEnd) {
        return new Flowable<>() {
            @Override
            protected void subscribeActual(Subscriber<? super Object> downstream) {
                Flowable<Object> upstream = token.isCancelled() ? Flowable.never() : source;
                Cuttable cuttable = new Cuttable(downstream, token, isCancelledAfterEnd, Listens.IN_ON_SUBSCRIBE);
                cuttable.guard(() -> upstream.subscribe(cuttable));
            }
        };
    }

    /** When a subscription begins to listen to its token. */
    private enum Listens {
        BEFORE_SUBSCRIBE,
        IN_ON_SUBSCRIBE,
        AFTER_ON_SUBSCRIBE
    }

    /** A task is cut off before its source calls onSubscribe, too; and a source that throws in subscribe fails it. */
    private static Flowable<Object> ofTask(Flowable<Object> source, CancellationToken token, Listens listens) {
        return new Flowable<>() {
            @Override
            protected void subscribeActual(Subscriber<? super Object> downstream) {
                Cuttable cuttable = new Cuttable(downstream, token, true, listens);
                cuttable.guard(() -> {
                    try {
                        source.subscribe(cuttable);
                    } catch (Throwable failure) {
                        Exceptions.throwIfFatal(failure);
                        cuttable.failInSubscribe(failure);
                    }
                });
            }
        };
    }

    /** What a task of a group is measured by: refused when that is closed, retried, cut off and counted. */
    static Flowable<Object> inGroup(Flowable<Object> source, World world, Node group) {
        // One that may go on is started when its downstream knows it.
        Flowable<Object> cut = World.retriesOf(group) > 0
                ? ofTask(
                        new Attempts(source, world, World.retriesOf(group)),
                        world.groupToken(group),
                        Listens.AFTER_ON_SUBSCRIBE)
                : ofTask(source, world.groupToken(group), Listens.BEFORE_SUBSCRIBE);
        Flowable<Object> task = new PassThrough(world.tasks()).apply(cut);
        return Flowable.defer(() -> {
            if (world.groupToken(group).isCancelled()) {
                return Flowable.error(new TaskCancelledException(null));
            }
            return world.isClosed() ? Flowable.error(new Refused()) : task;
        });
    }

    /** What a recorded task is measured by: nothing is told twice, and it is under way while it is counted. */
    static Flowable<Object> asRecord(Flowable<Object> source, World world) {
        Flowable<Object> record = of(new PassThrough(world.records()).apply(source), CancellationToken.create(), false);
        return deferred(record);
    }

    private static Flowable<Object> deferred(Flowable<Object> source) {
        return Completable.create(CompletableEmitter::onComplete).andThen(Flowable.defer(() -> source));
    }

    private static final class Cuttable implements FlowableSubscriber<Object>, Subscription {

        private final Subscriber<? super Object> downstream;
        private final CancellationToken token;
        private final boolean isCancelledAfterEnd;
        private Subscription upstream;
        private final Listens listens;
        private int inside;
        private boolean isSubscribed;
        private boolean isDone;
        private boolean isEnded;
        private boolean isCut;
        private boolean isCancelled;

        Cuttable(
                Subscriber<? super Object> downstream,
                CancellationToken token,
                boolean isCancelledAfterEnd,
                Listens listens) {
            this.isCancelledAfterEnd = isCancelledAfterEnd;
            this.listens = listens;
            this.downstream = downstream;
            this.token = token;
            if (listens == Listens.BEFORE_SUBSCRIBE) {
                var unused = token.onCancel(this::cut);
            }
        }

        void failInSubscribe(Throwable failure) {
            try {
                cancelUpstream();
            } catch (Throwable another) {
                failure.addSuppressed(another);
            }
            if (isLastSignal()) {
                subscribeDownstream();
                downstream.onError(failure);
            } else {
                RxJavaPlugins.onError(failure);
            }
        }

        private void subscribeDownstream() {
            if (!isSubscribed) {
                isSubscribed = true;
                downstream.onSubscribe(this);
            }
        }

        private void cut() {
            if (isEnded) {
                return;
            }
            isEnded = true;
            isCut = true;
            inside++;
            try {
                cancelUpstream();
            } finally {
                leave();
            }
        }

        private void leave() {
            if (--inside == 0 && isCut) {
                subscribeDownstream();
                downstream.onError(new TaskCancelledException(null));
            }
        }

        private void cancelUpstream() {
            if (!isCancelled && upstream != null) {
                isCancelled = true;
                upstream.cancel();
            }
        }

        void guard(Runnable signal) {
            try {
                signal.run();
            } catch (Throwable failure) {
                try {
                    cancel();
                } catch (Throwable another) {
                    failure.addSuppressed(another);
                }
                throw failure;
            }
        }

        @Override
        public void onSubscribe(Subscription s) {
            if (upstream != null) {
                s.cancel();
                RxJavaPlugins.onError(new ProtocolViolationException("Subscription already set!"));
                return;
            }
            upstream = s;
            if (isEnded) {
                cancelUpstream();
                return;
            }
            inside++;
            isSubscribed = true;
            try {
                try {
                    if (listens == Listens.IN_ON_SUBSCRIBE) {
                        var unused = token.onCancel(this::cut);
                    }
                } finally {
                    guard(() -> downstream.onSubscribe(this));
                }
            } finally {
                leave();
            }
            if (listens == Listens.AFTER_ON_SUBSCRIBE) {
                var unused = token.onCancel(this::cut);
            }
        }

        @Override
        public void onNext(Object element) {
            if (isCut) {
                return;
            }
            inside++;
            try {
                guard(() -> downstream.onNext(element));
            } finally {
                leave();
            }
        }

        @Override
        public void onError(Throwable error) {
            if (isLastSignal()) {
                downstream.onError(error);
            } else {
                RxJavaPlugins.onError(error);
            }
        }

        @Override
        public void onComplete() {
            if (isLastSignal()) {
                downstream.onComplete();
            }
        }

        private boolean isLastSignal() {
            boolean isLast = !isDone && !isCut && (isCancelledAfterEnd || !isEnded);
            isDone = true;
            isEnded = true;
            return isLast;
        }

        @Override
        public void request(long n) {
            if (upstream != null) {
                guard(() -> upstream.request(n));
            }
        }

        @Override
        public void cancel() {
            if (!isEnded || isCancelledAfterEnd) {
                isEnded = true;
                cancelUpstream();
            }
        }
    }
}
