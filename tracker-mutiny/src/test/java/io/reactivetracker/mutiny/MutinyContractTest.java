// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import static io.reactivetracker.mutiny.MutinyTracking.trackWith;
import static java.util.Objects.requireNonNull;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.test.GroupAdapterContract;
import io.reactivetracker.test.TrackedWork;
import io.reactivetracker.test.TrackerAdapterContract;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.operators.multi.processors.UnicastProcessor;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/** The contracts of adapters for both types of Mutiny. */
class MutinyContractTest {

    private record Controls(Runnable success, Consumer<Throwable> failure, Cancellable subscription)
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
            subscription.cancel();
        }
    }

    @BeforeEach
    void ignoreWhatNobodyHandles() {
        // The downstream throws in one test, and Mutiny reports that.
        Infrastructure.setDroppedExceptionHandler(failure -> {});
    }

    @AfterEach
    void reportAgain() {
        Infrastructure.resetDroppedExceptionHandler();
    }

    private static TrackedWork.Controls multi(UnaryOperator<Multi<String>> operator, TrackedWork work) {
        UnicastProcessor<String> source = UnicastProcessor.create();
        Cancellable subscription = source.onSubscription()
                .invoke(work::started)
                .onCancellation()
                .invoke(work::stopped)
                .plug(operator)
                .subscribe()
                .with(element -> {}, work::failed, work::succeeded);
        return new Controls(source::onComplete, source::onError, subscription);
    }

    private static TrackedWork.Controls uni(UnaryOperator<Uni<String>> operator, TrackedWork work) {
        AtomicReference<UniEmitter<? super String>> source = new AtomicReference<>();
        Cancellable subscription = Uni.createFrom()
                .<String>emitter(source::set)
                .onSubscription()
                .invoke(work::started)
                .onCancellation()
                .invoke(work::stopped)
                .plug(operator)
                .subscribe()
                .with(element -> work.succeeded(), work::failed);
        return new Controls(
                () -> requireNonNull(source.get()).complete("a"),
                error -> requireNonNull(source.get()).fail(error),
                subscription);
    }

    @Nested
    class OfMultis extends TrackerAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskTracker tracker, TaskOptions options, TrackedWork work) {
            return multi(trackWith(tracker, options), work);
        }
    }

    @Nested
    class OfUnis extends TrackerAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskTracker tracker, TaskOptions options, TrackedWork work) {
            return uni(trackWith(tracker, options), work);
        }
    }

    @Nested
    class OfMultisInGroups extends GroupAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskGroup group, TaskOptions options, TrackedWork work) {
            return multi(trackWith(group, options), work);
        }
    }

    @Nested
    class OfUnisInGroups extends GroupAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskGroup group, TaskOptions options, TrackedWork work) {
            return uni(trackWith(group, options), work);
        }
    }
}
