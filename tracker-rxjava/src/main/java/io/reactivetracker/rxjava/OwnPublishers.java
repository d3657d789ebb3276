// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.function.Consumer;
import org.reactivestreams.Subscriber;

/**
 * The publishers of this module's operators, each of which is a function that subscribes. A hook recognizes them by
 * their classes.
 */
final class OwnPublishers {

    private OwnPublishers() {}

    static <T> Flowable<T> flowable(Consumer<Subscriber<? super T>> subscribe) {
        return RxJavaPlugins.onAssembly(new OwnFlowable<>(subscribe));
    }

    static <T> Observable<T> observable(Consumer<Observer<? super T>> subscribe) {
        return RxJavaPlugins.onAssembly(new OwnObservable<>(subscribe));
    }

    static <T> Single<T> single(Consumer<SingleObserver<? super T>> subscribe) {
        return RxJavaPlugins.onAssembly(new OwnSingle<>(subscribe));
    }

    static <T> Maybe<T> maybe(Consumer<MaybeObserver<? super T>> subscribe) {
        return RxJavaPlugins.onAssembly(new OwnMaybe<>(subscribe));
    }

    static Completable completable(Consumer<CompletableObserver> subscribe) {
        return RxJavaPlugins.onAssembly(new OwnCompletable(subscribe));
    }

    /** Returns whether a pipeline ends with one of these publishers. RxJava does not tell what is further up. */
    static boolean isLastOf(Object pipeline) {
        return pipeline instanceof Own;
    }

    private interface Own {}

    private static final class OwnFlowable<T> extends Flowable<T> implements Own {

        private final Consumer<Subscriber<? super T>> subscribe;

        OwnFlowable(Consumer<Subscriber<? super T>> subscribe) {
            this.subscribe = subscribe;
        }

        @Override
        protected void subscribeActual(Subscriber<? super T> subscriber) {
            subscribe.accept(subscriber);
        }
    }

    private static final class OwnObservable<T> extends Observable<T> implements Own {

        private final Consumer<Observer<? super T>> subscribe;

        OwnObservable(Consumer<Observer<? super T>> subscribe) {
            this.subscribe = subscribe;
        }

        @Override
        protected void subscribeActual(Observer<? super T> observer) {
            subscribe.accept(observer);
        }
    }

    private static final class OwnSingle<T> extends Single<T> implements Own {

        private final Consumer<SingleObserver<? super T>> subscribe;

        OwnSingle(Consumer<SingleObserver<? super T>> subscribe) {
            this.subscribe = subscribe;
        }

        @Override
        protected void subscribeActual(SingleObserver<? super T> observer) {
            subscribe.accept(observer);
        }
    }

    private static final class OwnMaybe<T> extends Maybe<T> implements Own {

        private final Consumer<MaybeObserver<? super T>> subscribe;

        OwnMaybe(Consumer<MaybeObserver<? super T>> subscribe) {
            this.subscribe = subscribe;
        }

        @Override
        protected void subscribeActual(MaybeObserver<? super T> observer) {
            subscribe.accept(observer);
        }
    }

    private static final class OwnCompletable extends Completable implements Own {

        private final Consumer<CompletableObserver> subscribe;

        OwnCompletable(Consumer<CompletableObserver> subscribe) {
            this.subscribe = subscribe;
        }

        @Override
        protected void subscribeActual(CompletableObserver observer) {
            subscribe.accept(observer);
        }
    }
}
