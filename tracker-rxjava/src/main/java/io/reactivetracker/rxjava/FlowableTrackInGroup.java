// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.Decision;
import io.reactivetracker.group.GroupTask;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableEmitter;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.exceptions.Exceptions;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
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
    private final @Nullable Object listener;

    /**
     * Makes the operator.
     *
     * @param source makes what an attempt subscribes to
     * @param group what the subscriptions are tasks of
     * @param options their name
     * @param listener may have a callback for errors, if that is not the downstream itself
     */
    FlowableTrackInGroup(
            Function<? super TaskContext, ? extends Publisher<? extends T>> source,
            TaskGroup group,
            TaskOptions options,
            @Nullable Object listener) {
        this.source = source;
        this.group = group;
        this.options = options;
        this.listener = listener;
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
        GroupTaskSubscriber<T> subscriber =
                new GroupTaskSubscriber<>(downstream, listener == null ? downstream : listener, task);
        try {
            new FlowableCancelWith<>(attempts(task, subscriber), task.cancellationToken()).subscribe(subscriber);
        } catch (Throwable failure) {
            subscriber.endAfter(failure);
            throw failure;
        }
    }

    private Flowable<T> attempts(GroupTask task, GroupTaskSubscriber<T> subscriber) {
        Flowable<T> admitted = Completable.create(emitter -> emitter.setCancellable(
                        task.admit(() -> begin(emitter, subscriber), emitter::tryOnError)::close))
                .andThen(Flowable.defer(() -> subscriber.inTask(Objects.requireNonNull(
                        Continuations.orElse(task, () -> source.apply(task)),
                        "the function of a task has returned null, not a source"))));
        return task.mayGoOn()
                ? admitted.retryWhen(errors -> errors.concatMapSingle(error -> beforeNextAttempt(task, error)))
                : admitted;
    }

    /** Subscribes to the source. What that throws would reach nobody who knows the task. */
    private static void begin(CompletableEmitter attempt, GroupTaskSubscriber<?> subscriber) {
        try {
            attempt.onComplete();
        } catch (Throwable failure) {
            Exceptions.throwIfFatal(failure);
            subscriber.attemptThrew(failure);
        }
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
