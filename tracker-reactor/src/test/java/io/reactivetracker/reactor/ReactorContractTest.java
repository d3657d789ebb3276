// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.test.GroupAdapterContract;
import io.reactivetracker.test.TrackedWork;
import io.reactivetracker.test.TrackerAdapterContract;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Sinks;

/** The contracts of adapters for both types of Reactor. */
class ReactorContractTest {

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

    private static TrackedWork.Controls flux(UnaryOperator<Publisher<String>> operator, TrackedWork work) {
        Sinks.Many<String> source = Sinks.many().unicast().onBackpressureBuffer();
        Disposable subscription = source.asFlux()
                .doOnSubscribe(s -> work.started())
                .doOnCancel(work::stopped)
                .transform(operator)
                .subscribe(element -> {}, work::failed, work::succeeded);
        return new Controls(source::tryEmitComplete, source::tryEmitError, subscription);
    }

    private static TrackedWork.Controls mono(UnaryOperator<Publisher<String>> operator, TrackedWork work) {
        Sinks.One<String> source = Sinks.one();
        Disposable subscription = source.asMono()
                .doOnSubscribe(s -> work.started())
                .doOnCancel(work::stopped)
                .transform(operator)
                .subscribe(element -> {}, work::failed, work::succeeded);
        return new Controls(() -> source.tryEmitValue("a"), source::tryEmitError, subscription);
    }

    @Nested
    class OfFluxes extends TrackerAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskTracker tracker, TaskOptions options, TrackedWork work) {
            return flux(trackWith(tracker, options), work);
        }
    }

    @Nested
    class OfMonos extends TrackerAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskTracker tracker, TaskOptions options, TrackedWork work) {
            return mono(trackWith(tracker, options), work);
        }
    }

    @Nested
    class OfFluxesInGroups extends GroupAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskGroup group, TaskOptions options, TrackedWork work) {
            return flux(trackWith(group, options), work);
        }
    }

    @Nested
    class OfMonosInGroups extends GroupAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskGroup group, TaskOptions options, TrackedWork work) {
            return mono(trackWith(group, options), work);
        }
    }
}
