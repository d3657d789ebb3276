// SPDX-License-Identifier: Apache-2.0
@file:JvmName("RxPipelines")

package io.reactivetracker.kotlin.rxjava

import io.reactivetracker.TaskOptions
import io.reactivetracker.TaskTracker
import io.reactivetracker.group.TaskGroup
import io.reactivetracker.rxjava.RxTracking
import io.reactivex.rxjava3.core.Completable
import io.reactivex.rxjava3.core.Flowable
import io.reactivex.rxjava3.core.Maybe
import io.reactivex.rxjava3.core.Observable
import io.reactivex.rxjava3.core.Single

/**
 * Counts each subscription as a task, as [RxTracking.trackWith] does.
 *
 * @param tracker counts the subscriptions
 * @param options the name of the tasks, if it is not the pipeline's, and more
 * @return a `Flowable` of the same signals
 */
public fun <T : Any> Flowable<T>.trackWith(
    tracker: TaskTracker,
    options: TaskOptions = TaskOptions.defaults(),
): Flowable<T> = compose(RxTracking.trackWith<T>(tracker, options))

/**
 * Counts each subscription as a task of this name, as [RxTracking.trackWith] does.
 *
 * @param tracker counts the subscriptions
 * @param name the name of the tasks
 * @return a `Flowable` of the same signals
 * @throws IllegalArgumentException if the name is blank
 */
public fun <T : Any> Flowable<T>.trackWith(tracker: TaskTracker, name: String): Flowable<T> =
    trackWith(tracker, TaskOptions.named(name))

/**
 * Makes each subscription a task of a group, as [RxTracking.trackWith] does.
 *
 * @param group counts the subscriptions
 * @param options the name of the tasks, if it is not the pipeline's, and more
 * @return a `Flowable` of the same signals
 */
public fun <T : Any> Flowable<T>.trackWith(
    group: TaskGroup,
    options: TaskOptions = TaskOptions.defaults(),
): Flowable<T> = compose(RxTracking.trackWith<T>(group, options))

/**
 * Makes each subscription a task of a group of this name, as [RxTracking.trackWith] does.
 *
 * @param group counts the subscriptions
 * @param name the name of the tasks
 * @return a `Flowable` of the same signals
 * @throws IllegalArgumentException if the name is blank
 */
public fun <T : Any> Flowable<T>.trackWith(group: TaskGroup, name: String): Flowable<T> =
    trackWith(group, TaskOptions.named(name))

/**
 * Completes each subscription when the tracker is closed, as [RxTracking.untilClosed] does.
 *
 * @param tracker ends the subscriptions
 * @return a `Flowable` that also ends with the close
 */
public fun <T : Any> Flowable<T>.untilClosed(tracker: TaskTracker): Flowable<T> =
    compose(RxTracking.untilClosed<T>(tracker))

/**
 * Completes each subscription when the group is closed, as [RxTracking.untilClosed] does.
 *
 * @param group ends the subscriptions
 * @return a `Flowable` that also ends with the close
 */
public fun <T : Any> Flowable<T>.untilClosed(group: TaskGroup): Flowable<T> = compose(RxTracking.untilClosed<T>(group))

/**
 * Counts each subscription as a task, as [RxTracking.trackWith] does.
 *
 * @param tracker counts the subscriptions
 * @param options the name of the tasks, if it is not the pipeline's, and more
 * @return a `Observable` of the same signals
 */
public fun <T : Any> Observable<T>.trackWith(
    tracker: TaskTracker,
    options: TaskOptions = TaskOptions.defaults(),
): Observable<T> = compose(RxTracking.trackWith<T>(tracker, options))

/**
 * Counts each subscription as a task of this name, as [RxTracking.trackWith] does.
 *
 * @param tracker counts the subscriptions
 * @param name the name of the tasks
 * @return a `Observable` of the same signals
 * @throws IllegalArgumentException if the name is blank
 */
public fun <T : Any> Observable<T>.trackWith(tracker: TaskTracker, name: String): Observable<T> =
    trackWith(tracker, TaskOptions.named(name))

/**
 * Makes each subscription a task of a group, as [RxTracking.trackWith] does.
 *
 * @param group counts the subscriptions
 * @param options the name of the tasks, if it is not the pipeline's, and more
 * @return a `Observable` of the same signals
 */
public fun <T : Any> Observable<T>.trackWith(
    group: TaskGroup,
    options: TaskOptions = TaskOptions.defaults(),
): Observable<T> = compose(RxTracking.trackWith<T>(group, options))

/**
 * Makes each subscription a task of a group of this name, as [RxTracking.trackWith] does.
 *
 * @param group counts the subscriptions
 * @param name the name of the tasks
 * @return a `Observable` of the same signals
 * @throws IllegalArgumentException if the name is blank
 */
public fun <T : Any> Observable<T>.trackWith(group: TaskGroup, name: String): Observable<T> =
    trackWith(group, TaskOptions.named(name))

/**
 * Completes each subscription when the tracker is closed, as [RxTracking.untilClosed] does.
 *
 * @param tracker ends the subscriptions
 * @return a `Observable` that also ends with the close
 */
public fun <T : Any> Observable<T>.untilClosed(tracker: TaskTracker): Observable<T> =
    compose(RxTracking.untilClosed<T>(tracker))

/**
 * Completes each subscription when the group is closed, as [RxTracking.untilClosed] does.
 *
 * @param group ends the subscriptions
 * @return a `Observable` that also ends with the close
 */
public fun <T : Any> Observable<T>.untilClosed(group: TaskGroup): Observable<T> =
    compose(RxTracking.untilClosed<T>(group))

/**
 * Counts each subscription as a task, as [RxTracking.trackWith] does.
 *
 * @param tracker counts the subscriptions
 * @param options the name of the tasks, if it is not the pipeline's, and more
 * @return a `Single` of the same signals
 */
public fun <T : Any> Single<T>.trackWith(
    tracker: TaskTracker,
    options: TaskOptions = TaskOptions.defaults(),
): Single<T> = compose(RxTracking.trackWith<T>(tracker, options))

/**
 * Counts each subscription as a task of this name, as [RxTracking.trackWith] does.
 *
 * @param tracker counts the subscriptions
 * @param name the name of the tasks
 * @return a `Single` of the same signals
 * @throws IllegalArgumentException if the name is blank
 */
public fun <T : Any> Single<T>.trackWith(tracker: TaskTracker, name: String): Single<T> =
    trackWith(tracker, TaskOptions.named(name))

/**
 * Makes each subscription a task of a group, as [RxTracking.trackWith] does.
 *
 * @param group counts the subscriptions
 * @param options the name of the tasks, if it is not the pipeline's, and more
 * @return a `Single` of the same signals
 */
public fun <T : Any> Single<T>.trackWith(group: TaskGroup, options: TaskOptions = TaskOptions.defaults()): Single<T> =
    compose(RxTracking.trackWith<T>(group, options))

/**
 * Makes each subscription a task of a group of this name, as [RxTracking.trackWith] does.
 *
 * @param group counts the subscriptions
 * @param name the name of the tasks
 * @return a `Single` of the same signals
 * @throws IllegalArgumentException if the name is blank
 */
public fun <T : Any> Single<T>.trackWith(group: TaskGroup, name: String): Single<T> =
    trackWith(group, TaskOptions.named(name))

/**
 * Completes each subscription when the tracker is closed, as [RxTracking.untilClosed] does.
 *
 * @param tracker ends the subscriptions
 * @return a `Single` that also ends with the close
 */
public fun <T : Any> Single<T>.untilClosed(tracker: TaskTracker): Single<T> =
    compose(RxTracking.untilClosed<T>(tracker))

/**
 * Completes each subscription when the group is closed, as [RxTracking.untilClosed] does.
 *
 * @param group ends the subscriptions
 * @return a `Single` that also ends with the close
 */
public fun <T : Any> Single<T>.untilClosed(group: TaskGroup): Single<T> = compose(RxTracking.untilClosed<T>(group))

/**
 * Counts each subscription as a task, as [RxTracking.trackWith] does.
 *
 * @param tracker counts the subscriptions
 * @param options the name of the tasks, if it is not the pipeline's, and more
 * @return a `Maybe` of the same signals
 */
public fun <T : Any> Maybe<T>.trackWith(tracker: TaskTracker, options: TaskOptions = TaskOptions.defaults()): Maybe<T> =
    compose(RxTracking.trackWith<T>(tracker, options))

/**
 * Counts each subscription as a task of this name, as [RxTracking.trackWith] does.
 *
 * @param tracker counts the subscriptions
 * @param name the name of the tasks
 * @return a `Maybe` of the same signals
 * @throws IllegalArgumentException if the name is blank
 */
public fun <T : Any> Maybe<T>.trackWith(tracker: TaskTracker, name: String): Maybe<T> =
    trackWith(tracker, TaskOptions.named(name))

/**
 * Makes each subscription a task of a group, as [RxTracking.trackWith] does.
 *
 * @param group counts the subscriptions
 * @param options the name of the tasks, if it is not the pipeline's, and more
 * @return a `Maybe` of the same signals
 */
public fun <T : Any> Maybe<T>.trackWith(group: TaskGroup, options: TaskOptions = TaskOptions.defaults()): Maybe<T> =
    compose(RxTracking.trackWith<T>(group, options))

/**
 * Makes each subscription a task of a group of this name, as [RxTracking.trackWith] does.
 *
 * @param group counts the subscriptions
 * @param name the name of the tasks
 * @return a `Maybe` of the same signals
 * @throws IllegalArgumentException if the name is blank
 */
public fun <T : Any> Maybe<T>.trackWith(group: TaskGroup, name: String): Maybe<T> =
    trackWith(group, TaskOptions.named(name))

/**
 * Completes each subscription when the tracker is closed, as [RxTracking.untilClosed] does.
 *
 * @param tracker ends the subscriptions
 * @return a `Maybe` that also ends with the close
 */
public fun <T : Any> Maybe<T>.untilClosed(tracker: TaskTracker): Maybe<T> = compose(RxTracking.untilClosed<T>(tracker))

/**
 * Completes each subscription when the group is closed, as [RxTracking.untilClosed] does.
 *
 * @param group ends the subscriptions
 * @return a `Maybe` that also ends with the close
 */
public fun <T : Any> Maybe<T>.untilClosed(group: TaskGroup): Maybe<T> = compose(RxTracking.untilClosed<T>(group))

/**
 * Counts each subscription as a task, as [RxTracking.trackWith] does.
 *
 * @param tracker counts the subscriptions
 * @param options the name of the tasks, if it is not the pipeline's, and more
 * @return a `Completable` of the same signals
 */
public fun Completable.trackWith(tracker: TaskTracker, options: TaskOptions = TaskOptions.defaults()): Completable =
    compose(RxTracking.trackWith<Any>(tracker, options))

/**
 * Counts each subscription as a task of this name, as [RxTracking.trackWith] does.
 *
 * @param tracker counts the subscriptions
 * @param name the name of the tasks
 * @return a `Completable` of the same signals
 * @throws IllegalArgumentException if the name is blank
 */
public fun Completable.trackWith(tracker: TaskTracker, name: String): Completable =
    trackWith(tracker, TaskOptions.named(name))

/**
 * Makes each subscription a task of a group, as [RxTracking.trackWith] does.
 *
 * @param group counts the subscriptions
 * @param options the name of the tasks, if it is not the pipeline's, and more
 * @return a `Completable` of the same signals
 */
public fun Completable.trackWith(group: TaskGroup, options: TaskOptions = TaskOptions.defaults()): Completable =
    compose(RxTracking.trackWith<Any>(group, options))

/**
 * Makes each subscription a task of a group of this name, as [RxTracking.trackWith] does.
 *
 * @param group counts the subscriptions
 * @param name the name of the tasks
 * @return a `Completable` of the same signals
 * @throws IllegalArgumentException if the name is blank
 */
public fun Completable.trackWith(group: TaskGroup, name: String): Completable =
    trackWith(group, TaskOptions.named(name))

/**
 * Completes each subscription when the tracker is closed, as [RxTracking.untilClosed] does.
 *
 * @param tracker ends the subscriptions
 * @return a `Completable` that also ends with the close
 */
public fun Completable.untilClosed(tracker: TaskTracker): Completable = compose(RxTracking.untilClosed<Any>(tracker))

/**
 * Completes each subscription when the group is closed, as [RxTracking.untilClosed] does.
 *
 * @param group ends the subscriptions
 * @return a `Completable` that also ends with the close
 */
public fun Completable.untilClosed(group: TaskGroup): Completable = compose(RxTracking.untilClosed<Any>(group))
