// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.internal.Throwables;
import io.reactivetracker.test.GroupAdapterContract;
import io.reactivetracker.test.TrackedWork;
import io.reactivetracker.test.TrackerAdapterContract;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;

/** The contracts of adapters for stages of plain Java. */
class StageContractTest {

    private record Controls(CompletableFuture<String> source, CompletableFuture<String> downstream)
            implements TrackedWork.Controls {

        @Override
        public void succeed() {
            source.complete("a");
        }

        @Override
        public void fail(Throwable error) {
            source.completeExceptionally(error);
        }

        @Override
        public void cancel() {
            downstream.cancel(false);
        }
    }

    private static void report(TrackedWork work, @Nullable Throwable failure) {
        if (failure == null) {
            work.succeeded();
        } else {
            work.failed(Throwables.unwrap(failure));
        }
    }

    @Nested
    class OfTrackers extends TrackerAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskTracker tracker, TaskOptions options, TrackedWork work) {
            CompletableFuture<String> source = new CompletableFuture<>();
            CompletableFuture<String> downstream =
                    track(tracker, options, source, work).toCompletableFuture();
            // A cancel completes the stage that it is called on, so it is not the work's outcome.
            CompletableFuture<?> unused = downstream.whenComplete((value, failure) -> {
                if (!downstream.isCancelled()) {
                    report(work, failure);
                }
            });
            return new Controls(source, downstream);
        }

        /** Tracks a stage without options; work with options takes a token, which is released by the stage. */
        private CompletionStage<String> track(
                TaskTracker tracker, TaskOptions options, CompletableFuture<String> source, TrackedWork work) {
            if (options.equals(TaskOptions.defaults())) {
                CompletionStage<String> tracked = tracker.track(source);
                work.started();
                return tracked;
            }
            TaskToken token = new TaskToken(tracker, options) {};
            work.started();
            CompletableFuture<String> tracked = new CompletableFuture<>();
            CompletableFuture<?> unused = source.whenComplete((value, failure) -> {
                try (token) {
                    if (failure == null) {
                        tracked.complete(value);
                    } else {
                        tracked.completeExceptionally(failure);
                    }
                }
            });
            return tracked;
        }

        @Override
        protected boolean cancelStopsSource() {
            return false;
        }
    }

    @Nested
    class OfGroups extends GroupAdapterContract {

        @Override
        protected TrackedWork.Controls start(TaskGroup group, TaskOptions options, TrackedWork work) {
            CompletableFuture<String> source = new CompletableFuture<>();
            CompletableFuture<String> downstream = group.submit(options, task -> {
                work.started();
                // A stage cannot be stopped from outside, so the body listens.
                task.cancellationToken().onCancel(() -> {
                    work.stopped();
                    source.cancel(false);
                });
                return source;
            });
            CompletableFuture<?> unused = downstream.whenComplete((value, failure) -> report(work, failure));
            return new Controls(source, downstream);
        }

        @Override
        protected boolean endsAfterDelivery() {
            return false;
        }
    }
}
