// SPDX-License-Identifier: Apache-2.0
@file:JvmName("ReactorPipelines")

package io.reactivetracker.kotlin.reactor

import io.reactivetracker.TaskOptions
import io.reactivetracker.TaskTracker
import io.reactivetracker.group.TaskGroup
import io.reactivetracker.reactor.ReactorTracking
import reactor.core.publisher.Flux
import reactor.core.publisher.Mono

/**
 * Counts each subscription as a task, as [ReactorTracking.trackWith] does.
 *
 * @param tracker counts the subscriptions
 * @param options the name of the tasks, if it is not the pipeline's, and more
 * @return a `Mono` of the same signals
 */
public fun <T : Any> Mono<T>.trackWith(tracker: TaskTracker, options: TaskOptions = TaskOptions.defaults()): Mono<T> =
    ReactorTracking.trackWith<Mono<T>>(tracker, options).apply(this)

/**
 * Counts each subscription as a task of this name, as [ReactorTracking.trackWith] does.
 *
 * @param tracker counts the subscriptions
 * @param name the name of the tasks
 * @return a `Mono` of the same signals
 * @throws IllegalArgumentException if the name is blank
 */
public fun <T : Any> Mono<T>.trackWith(tracker: TaskTracker, name: String): Mono<T> =
    trackWith(tracker, TaskOptions.named(name))

/**
 * Makes each subscription a task of a group, as [ReactorTracking.trackWith] does.
 *
 * @param group counts the subscriptions
 * @param options the name of the tasks, if it is not the pipeline's, and more
 * @return a `Mono` of the same signals
 */
public fun <T : Any> Mono<T>.trackWith(group: TaskGroup, options: TaskOptions = TaskOptions.defaults()): Mono<T> =
    ReactorTracking.trackWith<Mono<T>>(group, options).apply(this)

/**
 * Makes each subscription a task of a group of this name, as [ReactorTracking.trackWith] does.
 *
 * @param group counts the subscriptions
 * @param name the name of the tasks
 * @return a `Mono` of the same signals
 * @throws IllegalArgumentException if the name is blank
 */
public fun <T : Any> Mono<T>.trackWith(group: TaskGroup, name: String): Mono<T> =
    trackWith(group, TaskOptions.named(name))

/**
 * Completes each subscription when the tracker is closed, as [ReactorTracking.untilClosed] does.
 *
 * @param tracker ends the subscriptions
 * @return a `Mono` that also ends with the close
 */
public fun <T : Any> Mono<T>.untilClosed(tracker: TaskTracker): Mono<T> =
    ReactorTracking.untilClosed<Mono<T>>(tracker).apply(this)

/**
 * Completes each subscription when the group is closed, as [ReactorTracking.untilClosed] does.
 *
 * @param group ends the subscriptions
 * @return a `Mono` that also ends with the close
 */
public fun <T : Any> Mono<T>.untilClosed(group: TaskGroup): Mono<T> =
    ReactorTracking.untilClosed<Mono<T>>(group).apply(this)

/**
 * Counts each subscription as a task, as [ReactorTracking.trackWith] does.
 *
 * @param tracker counts the subscriptions
 * @param options the name of the tasks, if it is not the pipeline's, and more
 * @return a `Flux` of the same signals
 */
public fun <T : Any> Flux<T>.trackWith(tracker: TaskTracker, options: TaskOptions = TaskOptions.defaults()): Flux<T> =
    ReactorTracking.trackWith<Flux<T>>(tracker, options).apply(this)

/**
 * Counts each subscription as a task of this name, as [ReactorTracking.trackWith] does.
 *
 * @param tracker counts the subscriptions
 * @param name the name of the tasks
 * @return a `Flux` of the same signals
 * @throws IllegalArgumentException if the name is blank
 */
public fun <T : Any> Flux<T>.trackWith(tracker: TaskTracker, name: String): Flux<T> =
    trackWith(tracker, TaskOptions.named(name))

/**
 * Makes each subscription a task of a group, as [ReactorTracking.trackWith] does.
 *
 * @param group counts the subscriptions
 * @param options the name of the tasks, if it is not the pipeline's, and more
 * @return a `Flux` of the same signals
 */
public fun <T : Any> Flux<T>.trackWith(group: TaskGroup, options: TaskOptions = TaskOptions.defaults()): Flux<T> =
    ReactorTracking.trackWith<Flux<T>>(group, options).apply(this)

/**
 * Makes each subscription a task of a group of this name, as [ReactorTracking.trackWith] does.
 *
 * @param group counts the subscriptions
 * @param name the name of the tasks
 * @return a `Flux` of the same signals
 * @throws IllegalArgumentException if the name is blank
 */
public fun <T : Any> Flux<T>.trackWith(group: TaskGroup, name: String): Flux<T> =
    trackWith(group, TaskOptions.named(name))

/**
 * Completes each subscription when the tracker is closed, as [ReactorTracking.untilClosed] does.
 *
 * @param tracker ends the subscriptions
 * @return a `Flux` that also ends with the close
 */
public fun <T : Any> Flux<T>.untilClosed(tracker: TaskTracker): Flux<T> =
    ReactorTracking.untilClosed<Flux<T>>(tracker).apply(this)

/**
 * Completes each subscription when the group is closed, as [ReactorTracking.untilClosed] does.
 *
 * @param group ends the subscriptions
 * @return a `Flux` that also ends with the close
 */
public fun <T : Any> Flux<T>.untilClosed(group: TaskGroup): Flux<T> =
    ReactorTracking.untilClosed<Flux<T>>(group).apply(this)
