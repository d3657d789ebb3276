// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor.fuzz;

import io.reactivetracker.TaskToken;
import io.reactivetracker.fuzz.World;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** Operators that count wrongly, each in its own way, for the fuzzer to find. */
enum BrokenTracking implements FluxAssembly.Tracking {
    /** Is no longer counted while its terminal signal is delivered. */
    RELEASES_BEFORE_DELIVERY,
    /** Is counted without end if the upstream throws when it is asked for elements. */
    LEAKS_WHEN_REQUEST_THROWS,
    /** Hands the upstream's queue on, from which is polled after the completion. */
    PASSES_FUSION_ON;

    @Override
    public Flux<Object> track(Flux<Object> source, World world) {
        return new Broken(source, this, world);
    }

    private static final class Broken extends FluxOperator<Object, Object> implements Fuseable {

        private final BrokenTracking how;
        private final World world;

        Broken(Flux<Object> source, BrokenTracking how, World world) {
            super(source);
            this.how = how;
            this.world = world;
        }

        @Override
        public void subscribe(CoreSubscriber<? super Object> actual) {
            Tracked tracked = new Tracked(actual, how, world.tracker().token());
            try {
                source.subscribe(tracked);
            } catch (Throwable failure) {
                try {
                    Operators.reportThrowInSubscribe(tracked, failure);
                } finally {
                    if (how != LEAKS_WHEN_REQUEST_THROWS) {
                        tracked.cancel();
                    }
                }
            }
        }
    }

    private static final class Tracked implements CoreSubscriber<Object>, Fuseable.QueueSubscription<Object> {

        private final CoreSubscriber<? super Object> actual;
        private final BrokenTracking how;
        private final TaskToken token;
        private Subscription upstream;
        private boolean isDone;
        private boolean isCancelled;

        Tracked(CoreSubscriber<? super Object> actual, BrokenTracking how, TaskToken token) {
            this.actual = actual;
            this.how = how;
            this.token = token;
        }

        private void guard(Runnable signal) {
            try {
                signal.run();
            } catch (Throwable failure) {
                cancel();
                throw failure;
            }
        }

        @Override
        public void onSubscribe(Subscription s) {
            if (Operators.validate(upstream, s)) {
                upstream = s;
                if (how == LEAKS_WHEN_REQUEST_THROWS) {
                    actual.onSubscribe(this);
                } else {
                    guard(() -> actual.onSubscribe(this));
                }
            }
        }

        @Override
        public void onNext(Object element) {
            guard(() -> actual.onNext(element));
        }

        @Override
        public void onError(Throwable error) {
            if (isDone) {
                Operators.onErrorDropped(error, currentContext());
                return;
            }
            terminate(() -> actual.onError(error));
        }

        @Override
        public void onComplete() {
            if (!isDone) {
                terminate(actual::onComplete);
            }
        }

        private void terminate(Runnable signal) {
            isDone = true;
            if (how == RELEASES_BEFORE_DELIVERY) {
                token.close();
            }
            try (token) {
                signal.run();
            }
        }

        @Override
        public void request(long n) {
            if (how == LEAKS_WHEN_REQUEST_THROWS) {
                upstream.request(n);
            } else {
                guard(() -> upstream.request(n));
            }
        }

        @Override
        public void cancel() {
            if (isCancelled) {
                return;
            }
            isCancelled = true;
            try {
                if (upstream != null) {
                    upstream.cancel();
                }
            } finally {
                if (!isDone) {
                    token.close();
                }
            }
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public int requestFusion(int requestedMode) {
            boolean isFused = how == PASSES_FUSION_ON && upstream instanceof Fuseable.QueueSubscription;
            return isFused ? queue().requestFusion(requestedMode) : Fuseable.NONE;
        }

        @SuppressWarnings("unchecked") // an upstream of this type
        private Fuseable.QueueSubscription<Object> queue() {
            return (Fuseable.QueueSubscription<Object>) upstream;
        }

        @Override
        public Object poll() {
            Object element = queue().poll();
            if (element == null) {
                token.close();
            }
            return element;
        }

        @Override
        public int size() {
            return queue().size();
        }

        @Override
        public boolean isEmpty() {
            return queue().isEmpty();
        }

        @Override
        public void clear() {
            queue().clear();
        }
    }
}
