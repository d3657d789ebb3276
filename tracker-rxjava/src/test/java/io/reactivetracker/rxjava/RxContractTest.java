// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxTracking.trackWith;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.test.GroupAdapterContract;
import io.reactivetracker.test.TrackedWork;
import io.reactivetracker.test.TrackerAdapterContract;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.processors.PublishProcessor;
import io.reactivex.rxjava3.subjects.CompletableSubject;
import io.reactivex.rxjava3.subjects.MaybeSubject;
import io.reactivex.rxjava3.subjects.PublishSubject;
import io.reactivex.rxjava3.subjects.SingleSubject;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/** The contracts of adapters for all five types of RxJava. */
class RxContractTest {

    private record Controls(Runnable success, Consumer<Throwable> failure, Disposable subscription)
            implements TrackedWork.Controls {

        @Override
        public void succeed() {
            success.run();
        }

        @Override
        public void fail(Throwable error) {
            failure.accept(error);
        }

        @Override
        public void cancel() {
            subscription.dispose();
        }
    }

    @BeforeEach
    void ignoreWhatNobodyHandles() {
        // The downstream throws in one test, and RxJava reports that.
        RxJavaPlugins.setErrorHandler(failure -> {});
    }

    @AfterEach
    void reportAgain() {
        RxJavaPlugins.setErrorHandler(null);
    }

    private static TrackedWork.Controls flowable(TrackTransformer<String> operator, TrackedWork work) {
        PublishProcessor<String> source = PublishProcessor.create();
        Disposable subscription = source.doOnSubscribe(s -> work.started())
                .doOnCancel(work::stopped)
                .compose(operator)
                .subscribe(element -> {}, work::failed, work::succeeded);
        return new Controls(source::onComplete, source::onError, subscription);
    }

    private static TrackedWork.Controls observable(TrackTransformer<String> operator, TrackedWork work) {
        PublishSubject<String> source = PublishSubject.create();
        Disposable subscription = source.doOnSubscribe(s -> work.started())
                .doOnDispose(work::stopped)
                .compose(operator)
                .subscribe(element -> {}, work::failed, work::succeeded);
        return new Controls(source::onComplete, source::onError, subscription);
    }

    private static TrackedWork.Controls single(TrackTransformer<String> operator, TrackedWork work) {
        SingleSubject<String> source = SingleSubject.create();
        Disposable subscription = source.doOnSubscribe(s -> work.started())
                .doOnDispose(work::stopped)
                .compose(operator)
                .subscribe(element -> work.succeeded(), work::failed);
        return new Controls(() -> source.onSuccess("a"), source::onError, subscription);
    }

    private static TrackedWork.Controls maybe(TrackTransformer<String> operator, TrackedWork work) {
        MaybeSubject<String> source = MaybeSubject.create();
        Disposable subscription = source.doOnSubscribe(s -> work.started())
                .doOnDispose(work::stopped)
                .compose(operator)
                .subscribe(element -> work.succeeded(), work::failed);
        return new Controls(() -> source.onSuccess("a"), source::onError, subscription);
    }

    private static TrackedWork.Controls completable(TrackTransformer<String> operator, TrackedWork work) {
        CompletableSubject source = CompletableSubject.create();
        Disposable subscription = source.doOnSubscribe(s -> work.started())
                .doOnDispose(work::stopped)
                .compose(operator)
                .subscribe(work::succeeded, work::failed);
        return new Controls(source::onComplete, source::onError, subscription);
    }

    @Nested
    class OfFlowables extends TrackerAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskTracker tracker, TaskOptions options, TrackedWork work) {
            return flowable(trackWith(tracker, options), work);
        }
    }

    @Nested
    class OfFlowablesInGroups extends GroupAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskGroup group, TaskOptions options, TrackedWork work) {
            return flowable(trackWith(group, options), work);
        }
    }

    @Nested
    class OfObservables extends TrackerAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskTracker tracker, TaskOptions options, TrackedWork work) {
            return observable(trackWith(tracker, options), work);
        }
    }

    @Nested
    class OfObservablesInGroups extends GroupAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskGroup group, TaskOptions options, TrackedWork work) {
            return observable(trackWith(group, options), work);
        }
    }

    @Nested
    class OfSingles extends TrackerAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskTracker tracker, TaskOptions options, TrackedWork work) {
            return single(trackWith(tracker, options), work);
        }
    }

    @Nested
    class OfSinglesInGroups extends GroupAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskGroup group, TaskOptions options, TrackedWork work) {
            return single(trackWith(group, options), work);
        }
    }

    @Nested
    class OfMaybes extends TrackerAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskTracker tracker, TaskOptions options, TrackedWork work) {
            return maybe(trackWith(tracker, options), work);
        }
    }

    @Nested
    class OfMaybesInGroups extends GroupAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskGroup group, TaskOptions options, TrackedWork work) {
            return maybe(trackWith(group, options), work);
        }
    }

    @Nested
    class OfCompletables extends TrackerAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskTracker tracker, TaskOptions options, TrackedWork work) {
            return completable(trackWith(tracker, options), work);
        }
    }

    @Nested
    class OfCompletablesInGroups extends GroupAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskGroup group, TaskOptions options, TrackedWork work) {
            return completable(trackWith(group, options), work);
        }
    }
}
