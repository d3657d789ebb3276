// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor.fuzz;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.fuzz.CutReference;
import io.reactivetracker.fuzz.CutReference.Listens;
import io.reactivetracker.fuzz.Node;
import io.reactivetracker.fuzz.Refused;
import io.reactivetracker.fuzz.World;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** The references for {@code cancelWith}, for the tasks of a group and for recorded tasks. */
final class CutOff {

    private CutOff() {}

    static Flux<Object> of(Flux<Object> source, CancellationToken token) {
        return of(source, token, Listens.IN_ON_SUBSCRIBE);
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

    /** The reference for a task of a group: refused when the group is closed, retried, cut off and counted. */
    static Flux<Object> inGroup(Flux<Object> source, World world, Node group) {
        // A task that can be retried is started after onSubscribe of the downstream.
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

    /** The reference for a recorded task: it runs while it is counted, and its downstream gets one terminal signal. */
    static Flux<Object> asRecord(Flux<Object> source, World world) {
        return Deferred.of(of(PassThrough.lenient(source, world.records()), CancellationToken.create()));
    }

    private static final class Cuttable extends CutReference implements CoreSubscriber<Object> {

        private final CoreSubscriber<? super Object> actual;

        Cuttable(CoreSubscriber<? super Object> actual, CancellationToken token, Listens listens) {
            super(token, listens);
            this.actual = actual;
        }

        void subscribeTo(Flux<?> source) {
            listen(Listens.BEFORE_SUBSCRIBE);
            try {
                source.subscribe(this);
            } catch (Throwable failure) {
                try {
                    Operators.reportThrowInSubscribe(this, failure);
                } catch (Throwable fatal) {
                    cancelAfter(fatal);
                    throw fatal;
                }
                cancel();
            }
        }

        @Override
        protected void tellCut() {
            if (!isSubscribed) {
                actual.onSubscribe(Operators.emptySubscription());
            }
            actual.onError(new TaskCancelledException(null));
        }

        @Override
        public void onSubscribe(Subscription s) {
            if (!Operators.validate(upstream, s)) {
                return;
            }
            upstream = s;
            if (isCut) {
                cancelUpstream();
                return;
            }
            inside(() -> {
                // Throws if the token is cancelled now, and the source throws in cancel().
                listen(Listens.IN_ON_SUBSCRIBE);
                isSubscribed = true;
                guard(() -> actual.onSubscribe(this));
            });
            listen(Listens.AFTER_ON_SUBSCRIBE);
        }

        @Override
        public void onNext(Object element) {
            if (isCut) {
                Operators.onDiscard(element, currentContext());
            } else {
                inside(() -> guard(() -> actual.onNext(element)));
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
        public Context currentContext() {
            return actual.currentContext();
        }
    }
}
