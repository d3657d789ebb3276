// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A source that does just what a test tells it, rules or no rules, as any of RxJava's types.
 *
 * <p>It notes how many tasks the tracker counts whenever it is touched.
 */
final class ScriptedSource {

    /** What the source does when it is subscribed to. */
    interface Script {
        void run(Signals signals, ScriptedSource source);
    }

    /** Speaks to a subscriber of any type. A type that has no such signal does the nearest thing to it. */
    interface Signals {
        void onSubscribe();

        void onNext(String element);

        void onError(Throwable error);

        void onComplete();
    }

    private final TaskTracker tracker;
    private final Script script;
    private final Queue<String> queue = new ArrayDeque<>();
    private final @Nullable RuntimeException requestFailure;
    private final @Nullable RuntimeException cancelFailure;

    /** What else a test wants to know at a cancel. */
    Runnable whenCancelled = () -> {};

    int requests;
    final List<Long> sizesWhenSubscribed = new ArrayList<>();
    final List<Long> sizesWhenCancelled = new ArrayList<>();

    ScriptedSource(TaskTracker tracker, Script script) {
        this(tracker, script, null, null);
    }

    ScriptedSource(
            TaskTracker tracker,
            Script script,
            @Nullable RuntimeException requestFailure,
            @Nullable RuntimeException cancelFailure) {
        this.tracker = tracker;
        this.script = script;
        this.requestFailure = requestFailure;
        this.cancelFailure = cancelFailure;
    }

    /** Subscribes to a tracked source of this kind. */
    void subscribe(Kind kind, RecordingSubscriber downstream) {
        subscribe(kind, RxTracking.trackWith(tracker), downstream);
    }

    /** Subscribes to a source of this kind through an operator. */
    void subscribe(Kind kind, TrackTransformer<String> operator, RecordingSubscriber downstream) {
        switch (kind) {
            case FLOWABLE -> asFlowable().compose(operator).subscribe((Subscriber<String>) downstream);
            case OBSERVABLE -> new AsObservable().compose(operator).subscribe((Observer<String>) downstream);
            case SINGLE -> asSingle().compose(operator).subscribe((SingleObserver<String>) downstream);
            case MAYBE -> new AsMaybe().compose(operator).subscribe((MaybeObserver<String>) downstream);
            case COMPLETABLE -> new AsCompletable().compose(operator).subscribe((CompletableObserver) downstream);
        }
    }

    Flowable<String> asFlowable() {
        return new AsFlowable();
    }

    Single<String> asSingle() {
        return new AsSingle();
    }

    private void subscribed(Signals signals) {
        sizesWhenSubscribed.add(tracker.size());
        script.run(signals, this);
    }

    private void cancelled() {
        sizesWhenCancelled.add(tracker.size());
        whenCancelled.run();
        if (cancelFailure != null) {
            throw cancelFailure;
        }
    }

    private final class AsFlowable extends Flowable<String> {
        @Override
        protected void subscribeActual(Subscriber<? super String> subscriber) {
            subscribed(new Signals() {
                @Override
                public void onSubscribe() {
                    subscriber.onSubscribe(new ScriptedSubscription());
                }

                @Override
                public void onNext(String element) {
                    subscriber.onNext(element);
                }

                @Override
                public void onError(Throwable error) {
                    subscriber.onError(error);
                }

                @Override
                public void onComplete() {
                    subscriber.onComplete();
                }
            });
        }
    }

    private final class AsObservable extends Observable<String> {
        @Override
        protected void subscribeActual(Observer<? super String> observer) {
            subscribed(new Signals() {
                @Override
                public void onSubscribe() {
                    observer.onSubscribe(new ScriptedDisposable());
                }

                @Override
                public void onNext(String element) {
                    observer.onNext(element);
                }

                @Override
                public void onError(Throwable error) {
                    observer.onError(error);
                }

                @Override
                public void onComplete() {
                    observer.onComplete();
                }
            });
        }
    }

    private final class AsSingle extends Single<String> {
        @Override
        protected void subscribeActual(SingleObserver<? super String> observer) {
            subscribed(new Signals() {
                @Override
                public void onSubscribe() {
                    observer.onSubscribe(new ScriptedDisposable());
                }

                @Override
                public void onNext(String element) {
                    queue.add(element);
                }

                @Override
                public void onError(Throwable error) {
                    observer.onError(error);
                }

                @Override
                public void onComplete() {
                    observer.onSuccess(queue.isEmpty() ? "nothing" : queue.remove());
                }
            });
        }
    }

    private final class AsMaybe extends Maybe<String> {
        @Override
        protected void subscribeActual(MaybeObserver<? super String> observer) {
            subscribed(new Signals() {
                @Override
                public void onSubscribe() {
                    observer.onSubscribe(new ScriptedDisposable());
                }

                @Override
                public void onNext(String element) {
                    queue.add(element);
                }

                @Override
                public void onError(Throwable error) {
                    observer.onError(error);
                }

                @Override
                public void onComplete() {
                    if (queue.isEmpty()) {
                        observer.onComplete();
                    } else {
                        observer.onSuccess(queue.remove());
                    }
                }
            });
        }
    }

    private final class AsCompletable extends Completable {
        @Override
        protected void subscribeActual(CompletableObserver observer) {
            subscribed(new Signals() {
                @Override
                public void onSubscribe() {
                    observer.onSubscribe(new ScriptedDisposable());
                }

                @Override
                public void onNext(String element) {}

                @Override
                public void onError(Throwable error) {
                    observer.onError(error);
                }

                @Override
                public void onComplete() {
                    observer.onComplete();
                }
            });
        }
    }

    private final class ScriptedSubscription implements Subscription {

        @Override
        public void request(long n) {
            requests++;
            if (requestFailure != null) {
                throw requestFailure;
            }
        }

        @Override
        public void cancel() {
            cancelled();
        }
    }

    private final class ScriptedDisposable implements Disposable {

        private boolean disposed;

        @Override
        public void dispose() {
            disposed = true;
            cancelled();
        }

        @Override
        public boolean isDisposed() {
            return disposed;
        }
    }
}
