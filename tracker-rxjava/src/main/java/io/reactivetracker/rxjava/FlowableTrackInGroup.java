// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.Decision;
import io.reactivetracker.group.GroupTask;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/**
 * A {@code Flowable} each of whose subscriptions is a task of a group.
 *
 * <p>The source stands behind the admission; then comes, if the group's policy may go on after an error, RxJava's retry,
 * driven by that policy; then what lets the task's token end the subscription; and last the subscriber that ends the task.
 */
final class FlowableTrackInGroup<T> extends Flowable<T> {

    private final Function<? super TaskContext, ? extends Publisher<? extends T>> source;
    private final TaskGroup group;
    private final TaskOptions options;

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
            task = group.issue(options, () -> null);
        } catch (IllegalStateException refused) {
            Flowable.<T>error(refused).subscribe(downstream);
            return;
        }
        GroupTaskSubscriber<T> subscriber = new GroupTaskSubscriber<>(downstream, task);
        try {
            new FlowableCancelWith<>(attempts(task, subscriber), task.cancellationToken()).subscribe(subscriber);
        } catch (Throwable failure) {
            subscriber.cancel();
            throw failure;
        }
    }

    private Flowable<T> attempts(GroupTask task, GroupTaskSubscriber<T> subscriber) {
        Flowable<T> admitted = Completable.create(
                        emitter -> emitter.setCancellable(task.admit(emitter::onComplete, emitter::tryOnError)::close))
                .andThen(Flowable.defer(() -> subscriber.inTask(Continuations.orElse(task, () -> source.apply(task)))));
        return task.mayGoOn()
                ? admitted.retryWhen(errors -> errors.concatMapSingle(error -> beforeNextAttempt(task, error)))
                : admitted;
    }

    /** Emits when it is time for the task to go on; fails if the error is its end. */
    private static Single<Integer> beforeNextAttempt(GroupTask task, Throwable error) {
        Decision.Again again = task.failed(error);
        if (again == null) {
            return Single.error(error);
        }
        return Single.create(emitter -> emitter.setCancellable(task.scheduleNextAttempt(
                again, error, () -> emitter.onSuccess(task.attempt()), emitter::tryOnError)::close));
    }
}
