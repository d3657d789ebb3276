// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor.fuzz;

import io.reactivetracker.fuzz.World;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * What {@code trackWith} is measured by: passes signals on, and counts until a terminal signal was delivered, {@code
 * cancel()} returned or something was thrown through it.
 */
final class PassThrough {

    private PassThrough() {}

    static Flux<Object> of(Flux<Object> source, World.Counter counter) {
        return new FluxOperator<Object, Object>(source) {
            @Override
            public void subscribe(CoreSubscriber<? super Object> actual) {
                new Counted(actual, counter).subscribeTo(source::subscribe);
            }
        };
    }

    /** As of a recorded task: what is thrown during the subscription is for that to report. */
    static Flux<Object> lenient(Flux<Object> source, World.Counter counter) {
        return new FluxOperator<Object, Object>(source) {
            @Override
            public void subscribe(CoreSubscriber<? super Object> actual) {
                Counted counted = new Counted(actual, counter);
                counted.isLenient = true;
                counted.subscribeTo(source::subscribe);
            }
        };
    }

    static Mono<Object> of(Mono<Object> source, World.Counter counter) {
        return new MonoOperator<Object, Object>(source) {
            @Override
            public void subscribe(CoreSubscriber<? super Object> actual) {
                new Counted(actual, counter).subscribeTo(source::subscribe);
            }
        };
    }

    private static final class Counted implements CoreSubscriber<Object>, Subscription {

        private final CoreSubscriber<? super Object> actual;
        private final World.Counter counter;
        private Subscription upstream;
        private boolean isOver;
        private boolean isDone;
        private boolean isCancelled;
        private boolean isLenient;
        private boolean isSubscribing = true;

        Counted(CoreSubscriber<? super Object> actual, World.Counter counter) {
            this.actual = actual;
            this.counter = counter;
            counter.open();
        }

        void subscribeTo(java.util.function.Consumer<CoreSubscriber<Object>> source) {
            try {
                source.accept(this);
                isSubscribing = false;
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

        private void end() {
            if (!isOver) {
                isOver = true;
                counter.release();
            }
        }

        private void guard(Runnable signal) {
            try {
                signal.run();
            } catch (Throwable failure) {
                if (isLenient && isSubscribing) {
                    throw failure;
                }
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

        @Override
        public void onSubscribe(Subscription s) {
            if (Operators.validate(upstream, s)) {
                upstream = s;
                guard(() -> actual.onSubscribe(this));
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
            isDone = true;
            try {
                actual.onError(error);
            } finally {
                end();
            }
        }

        @Override
        public void onComplete() {
            if (isDone) {
                return;
            }
            isDone = true;
            try {
                actual.onComplete();
            } finally {
                end();
            }
        }

        @Override
        public void request(long n) {
            guard(() -> upstream.request(n));
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
                // A terminal signal that is being delivered is the end by itself.
                if (!isDone) {
                    end();
                }
            }
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }
    }
}
