// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.operators.QueueDisposable;
import io.reactivex.rxjava3.operators.QueueSubscription;
import org.openjdk.jmh.infra.Blackhole;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;

/** Consumers that request everything and do as little as possible with it. */
final class Sink {

    private Sink() {}

    /** A Reactor consumer, not fused; can be subscribed repeatedly. */
    static final class OfReactor implements CoreSubscriber<Integer> {

        private final Blackhole blackhole;
        private Subscription upstream;

        OfReactor(Blackhole blackhole) {
            this.blackhole = blackhole;
        }

        void cancel() {
            upstream.cancel();
        }

        @Override
        public void onSubscribe(Subscription s) {
            upstream = s;
            s.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Integer element) {
            blackhole.consume(element);
        }

        @Override
        public void onError(Throwable error) {
            throw new IllegalStateException(error);
        }

        @Override
        public void onComplete() {
            blackhole.consume(this);
        }
    }

    /** A Reactor consumer, fused. */
    static final class OfReactorFused implements CoreSubscriber<Integer> {

        private final Blackhole blackhole;

        OfReactorFused(Blackhole blackhole) {
            this.blackhole = blackhole;
        }

        @Override
        public void onSubscribe(Subscription s) {
            if (!(s instanceof Fuseable.QueueSubscription<?> queue)
                    || queue.requestFusion(Fuseable.ANY) != Fuseable.SYNC) {
                throw new IllegalStateException("not fused");
            }
            for (Object element = queue.poll(); element != null; element = queue.poll()) {
                blackhole.consume(element);
            }
        }

        @Override
        public void onNext(Integer element) {
            throw new IllegalStateException("not fused");
        }

        @Override
        public void onError(Throwable error) {
            throw new IllegalStateException(error);
        }

        @Override
        public void onComplete() {
            blackhole.consume(this);
        }
    }

    /** A consumer of RxJava's {@code Flowable} and {@code Single}, not fused. */
    static final class OfFlowable implements FlowableSubscriber<Integer>, SingleObserver<Integer>, Observer<Integer> {

        private final Blackhole blackhole;

        OfFlowable(Blackhole blackhole) {
            this.blackhole = blackhole;
        }

        @Override
        public void onSubscribe(Subscription s) {
            s.request(Long.MAX_VALUE);
        }

        @Override
        public void onSubscribe(Disposable d) {
            blackhole.consume(d);
        }

        @Override
        public void onNext(Integer element) {
            blackhole.consume(element);
        }

        @Override
        public void onSuccess(Integer element) {
            blackhole.consume(element);
        }

        @Override
        public void onError(Throwable error) {
            throw new IllegalStateException(error);
        }

        @Override
        public void onComplete() {
            blackhole.consume(this);
        }
    }

    /** A consumer of RxJava's {@code Flowable} and {@code Observable}, fused. */
    static final class OfFlowableFused implements FlowableSubscriber<Integer>, Observer<Integer> {

        private final Blackhole blackhole;

        OfFlowableFused(Blackhole blackhole) {
            this.blackhole = blackhole;
        }

        @Override
        public void onSubscribe(Subscription s) {
            if (!(s instanceof QueueSubscription<?> queue)
                    || queue.requestFusion(QueueSubscription.ANY) != QueueSubscription.SYNC) {
                throw new IllegalStateException("not fused");
            }
            try {
                for (Object element = queue.poll(); element != null; element = queue.poll()) {
                    blackhole.consume(element);
                }
            } catch (Throwable failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        public void onSubscribe(Disposable d) {
            if (!(d instanceof QueueDisposable<?> queue)
                    || queue.requestFusion(QueueDisposable.ANY) != QueueDisposable.SYNC) {
                throw new IllegalStateException("not fused");
            }
            try {
                for (Object element = queue.poll(); element != null; element = queue.poll()) {
                    blackhole.consume(element);
                }
            } catch (Throwable failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        public void onNext(Integer element) {
            throw new IllegalStateException("not fused");
        }

        @Override
        public void onError(Throwable error) {
            throw new IllegalStateException(error);
        }

        @Override
        public void onComplete() {
            blackhole.consume(this);
        }
    }
}
