// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter.flow;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.PublisherContinuation;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import java.util.concurrent.Flow;
import java.util.function.Function;

/** An adapter for the publishers of the JDK, by the SPI alone: an example. */
final class FlowTracking {

    private FlowTracking() {}

    static <T> Flow.Publisher<T> trackWith(Flow.Publisher<T> source, TaskTracker tracker) {
        return downstream -> {
            TrackedSubscriber<T> subscriber = new TrackedSubscriber<>(downstream, tracker);
            try {
                source.subscribe(subscriber);
            } catch (Throwable failure) {
                subscriber.failInSubscribe(failure);
                throw failure;
            }
        };
    }

    static <T> Flow.Publisher<T> cancelWith(Flow.Publisher<T> source, CancellationToken token) {
        return downstream -> {
            CancellableSubscriber<T> subscriber = new CancellableSubscriber<>(downstream, token);
            try {
                source.subscribe(subscriber);
            } catch (Throwable failure) {
                subscriber.failInSubscribe(failure);
                throw failure;
            }
        };
    }

    static <T> Flow.Publisher<T> trackWith(Flow.Publisher<T> source, TaskGroup group) {
        return downstream -> {
            GroupTask task = GroupTask.issue(group, TaskOptions.defaults(), () -> null);
            GroupTaskSubscriber<T> subscriber = new GroupTaskSubscriber<>(downstream, source, task);
            try {
                subscriber.begin();
            } catch (Throwable failure) {
                subscriber.failInSubscribe(failure);
                throw failure;
            }
        };
    }

    static PublisherContinuation resumeWith(Function<TaskContext, Flow.Publisher<?>> source) {
        return source::apply;
    }
}
