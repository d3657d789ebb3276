// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor.fuzz;

import io.reactivetracker.fuzz.CountReference;
import io.reactivetracker.fuzz.World;
import java.util.function.Consumer;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** The reference for {@code trackWith}: passes signals on, and counts by the rules of {@link CountReference}. */
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

    /** The same for a recorded task, which reports itself what is thrown during the subscription. */
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

    private static final class Counted extends CountReference implements CoreSubscriber<Object>, Subscription {

        private final CoreSubscriber<? super Object> actual;
        private Subscription upstream;
        private boolean isLenient;
        private boolean isSubscribing = true;

        Counted(CoreSubscriber<? super Object> actual, World.Counter counter) {
            super(counter);
            this.actual = actual;
        }

        void subscribeTo(Consumer<CoreSubscriber<Object>> source) {
            try {
                source.accept(this);
                isSubscribing = false;
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
        protected boolean isCancelledBy(Throwable failure) {
            return !isLenient || !isSubscribing;
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
            terminate(error, () -> actual.onError(error));
        }

        @Override
        public void onComplete() {
            terminate(actual::onComplete);
        }

        @Override
        public void request(long n) {
            guard(() -> upstream.request(n));
        }

        @Override
        public void cancel() {
            cancelOnce();
        }

        @Override
        protected void cancelUpstream() {
            if (upstream != null) {
                upstream.cancel();
            }
        }

        @Override
        protected void drop(Throwable error) {
            Operators.onErrorDropped(error, currentContext());
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }
    }
}
