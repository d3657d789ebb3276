// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Flowable;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/** A {@code Flowable} each of whose subscriptions is a task of a group. */
final class FlowableTrackInGroup<T> extends Flowable<T> {

    private final Function<? super TaskContext, ? extends Publisher<? extends T>> source;
    private final TaskGroup group;
    private final TaskOptions options;

    /**
     * Makes the operator.
     *
     * @param source makes what an attempt subscribes to
     * @param group what the subscriptions are tasks of
     * @param options their name
     */
    FlowableTrackInGroup(
            Function<? super TaskContext, ? extends Publisher<? extends T>> source,
            TaskGroup group,
            TaskOptions options) {
        this.source = source;
        this.group = group;
        this.options = options;
    }

    @Override
    protected void subscribeActual(Subscriber<? super T> downstream) {
        GroupTask task;
        try {
            task = GroupTask.issue(group, options, () -> null);
        } catch (IllegalStateException refused) {
            Flowable.<T>error(refused).subscribe(downstream);
            return;
        }
        var unused = GroupTaskSubscriber.run(task, downstream, () -> source.apply(task));
    }
}
