// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava.fuzz;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.fuzz.CutReference;
import io.reactivetracker.fuzz.CutReference.Listens;
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

/**
 * What {@code cancelWith} is measured by, for one thread: cancels upstream, and tells downstream between two signals.
 */
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
                cuttable.subscribeTo(() -> upstream.subscribe(cuttable));
            }
        };
    }

    /** A task is cut off before its source calls onSubscribe, too; and a source that throws in subscribe fails it. */
    private static Flowable<Object> ofTask(Flowable<Object> source, CancellationToken token, Listens listens) {
        return new Flowable<>() {
            @Override
            protected void subscribeActual(Subscriber<? super Object> downstream) {
                Cuttable cuttable = new Cuttable(downstream, token, true, listens);
                cuttable.subscribeTo(() -> {
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

    private static final class Cuttable extends CutReference implements FlowableSubscriber<Object> {

        private final Subscriber<? super Object> downstream;
        private final boolean isCancelledAfterEnd;

        Cuttable(
                Subscriber<? super Object> downstream,
                CancellationToken token,
                boolean isCancelledAfterEnd,
                Listens listens) {
            super(token, listens);
            this.downstream = downstream;
            this.isCancelledAfterEnd = isCancelledAfterEnd;
        }

        void subscribeTo(Runnable subscription) {
            listen(Listens.BEFORE_SUBSCRIBE);
            guard(subscription);
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

        @Override
        protected void tellCut() {
            subscribeDownstream();
            downstream.onError(new TaskCancelledException(null));
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
            inside(() -> {
                isSubscribed = true;
                try {
                    listen(Listens.IN_ON_SUBSCRIBE);
                } finally {
                    guard(() -> downstream.onSubscribe(this));
                }
            });
            listen(Listens.AFTER_ON_SUBSCRIBE);
        }

        @Override
        public void onNext(Object element) {
            if (!isCut) {
                inside(() -> guard(() -> downstream.onNext(element)));
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
                super.request(n);
            }
        }

        @Override
        public void cancel() {
            if (!isEnded || isCancelledAfterEnd) {
                super.cancel();
            }
        }
    }
}
