// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor.fuzz;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.fuzz.Node;
import io.reactivetracker.fuzz.Refused;
import io.reactivetracker.fuzz.World;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * What {@code cancelWith} is measured by, for one thread: cancels upstream, and tells downstream between two signals.
 */
final class CutOff {

    private CutOff() {}

    static Flux<Object> of(Flux<Object> source, CancellationToken token) {
        return of(source, token, Listens.IN_ON_SUBSCRIBE);
    }

    /**
     * When a subscription begins to listen to its token; one that listens before is cut off before its source answers,
     * too.
     */
    private enum Listens {
        BEFORE_SUBSCRIBE,
        IN_ON_SUBSCRIBE,
        AFTER_ON_SUBSCRIBE
    }

    private static Flux<Object> of(Flux<Object> source, CancellationToken token, Listens listens) {
        return new FluxOperator<Object, Object>(source) {
            @Override
            public void subscribe(CoreSubscriber<? super Object> actual) {
                if (token.isCancelled()) {
                    Operators.error(actual, new TaskCancelledException(null));
                } else {
                    new Cuttable(actual, token, listens).subscribeTo(source);
                }
            }
        };
    }

    /** What a task of a group is measured by: refused when that is closed, retried, cut off and counted. */
    static Flux<Object> inGroup(Flux<Object> source, World world, Node group) {
        // One that may go on is started when its downstream knows it.
        Flux<Object> cut = World.retriesOf(group) > 0
                ? of(
                        Attempts.of(source, world, World.retriesOf(group)),
                        world.groupToken(group),
                        Listens.AFTER_ON_SUBSCRIBE)
                : of(source, world.groupToken(group), Listens.BEFORE_SUBSCRIBE);
        Flux<Object> task = PassThrough.of(cut, world.tasks());
        return Flux.defer(() -> {
            if (world.groupToken(group).isCancelled()) {
                return Flux.error(new TaskCancelledException(null));
            }
            return world.isClosed() ? Flux.error(new Refused()) : task;
        });
    }

    /** What a recorded task is measured by: nothing is told twice, and it is under way while it is counted. */
    static Flux<Object> asRecord(Flux<Object> source, World world) {
        return Deferred.of(of(PassThrough.lenient(source, world.records()), CancellationToken.create()));
    }

    private static final class Cuttable implements CoreSubscriber<Object>, Subscription {

        private final CoreSubscriber<? super Object> actual;
        private final CancellationToken token;
        private Subscription upstream;
        private final Listens listens;
        private int inside;
        private boolean isSubscribed;
        private boolean isDone;
        private boolean isEnded;
        private boolean isCut;
        private boolean isCancelled;

        Cuttable(CoreSubscriber<? super Object> actual, CancellationToken token, Listens listens) {
            this.actual = actual;
            this.token = token;
            this.listens = listens;
        }

        void subscribeTo(Flux<?> source) {
            if (listens == Listens.BEFORE_SUBSCRIBE) {
                var unused = token.onCancel(this::cut);
            }
            try {
                source.subscribe(this);
            } catch (Throwable failure) {
                try {
                    Operators.reportThrowInSubscribe(this, failure);
                } catch (Throwable fatal) {
                    cancelAfterErrors(fatal);
                    throw fatal;
                }
                cancel();
            }
        }

        private void guard(Runnable signal) {
            try {
                signal.run();
            } catch (Throwable failure) {
                cancelAfterErrors(failure);
                throw failure;
            }
        }

        private void cancelAfterErrors(Throwable failure) {
            try {
                cancel();
            } catch (Throwable another) {
                failure.addSuppressed(another);
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
                if (!isSubscribed) {
                    actual.onSubscribe(Operators.emptySubscription());
                }
                actual.onError(new TaskCancelledException(null));
            }
        }

        private void cancelUpstream() {
            if (!isCancelled && upstream != null) {
                isCancelled = true;
                upstream.cancel();
            }
        }

        @Override
        public void onSubscribe(Subscription s) {
            if (Operators.validate(upstream, s)) {
                upstream = s;
                if (isCut) {
                    cancelUpstream();
                    return;
                }
                inside++;
                try {
                    if (listens == Listens.IN_ON_SUBSCRIBE) {
                        // Throws if the cut happens now, and the source throws in cancel().
                        var unused = token.onCancel(this::cut);
                    }
                    isSubscribed = true;
                    guard(() -> actual.onSubscribe(this));
                } finally {
                    leave();
                }
                if (listens == Listens.AFTER_ON_SUBSCRIBE) {
                    var unused = token.onCancel(this::cut);
                }
            }
        }

        @Override
        public void onNext(Object element) {
            if (isCut) {
                Operators.onDiscard(element, currentContext());
                return;
            }
            inside++;
            try {
                guard(() -> actual.onNext(element));
            } finally {
                leave();
            }
        }

        @Override
        public void onError(Throwable error) {
            if (isDone || isCut) {
                Operators.onErrorDropped(error, currentContext());
                return;
            }
            isDone = true;
            isEnded = true;
            actual.onError(error);
        }

        @Override
        public void onComplete() {
            if (!isDone && !isCut) {
                isDone = true;
                isEnded = true;
                actual.onComplete();
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

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }
    }
}
