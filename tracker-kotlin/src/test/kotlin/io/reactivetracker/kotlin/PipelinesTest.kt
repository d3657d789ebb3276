// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.kotlin

import io.reactivetracker.TaskTracker
import io.reactivetracker.group.TaskGroup
import io.reactivetracker.kotlin.reactor.trackWith
import io.reactivetracker.kotlin.reactor.untilClosed
import io.reactivetracker.kotlin.rxjava.trackWith
import io.reactivetracker.kotlin.rxjava.untilClosed
import io.reactivex.rxjava3.core.Completable
import io.reactivex.rxjava3.core.Flowable
import io.reactivex.rxjava3.core.Maybe
import io.reactivex.rxjava3.core.Observable
import io.reactivex.rxjava3.core.Single
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import reactor.core.publisher.Flux
import reactor.core.publisher.Mono

/** The types of the variables are what is tested: an extension function keeps that of its pipeline. */
class PipelinesTest {
    private val tracker = TaskTracker.create("orders")
    private val group = TaskGroup.builder("orders").build()

    @Test
    fun typesOfReactorAreKept() {
        val mono: Mono<Int> = Mono.never<Int>().trackWith(tracker, "mono").untilClosed(tracker).trackWith(group)
        val flux: Flux<Int> = Flux.never<Int>().trackWith(tracker).untilClosed(group).trackWith(group, "flux")
        mono.subscribe()
        flux.subscribe()
        assertThat(tracker.runningTasks().map { it.name() }).containsExactly("mono")
        assertThat(group.runningTasks().map { it.name() }).containsExactly("orders", "flux")
        assertThat(tracker.size()).isEqualTo(2)
        tracker.close()
        group.close()
        assertThat(group.counts().succeeded()).isEqualTo(2)
    }

    @Test
    fun typesOfRxJavaAreKept() {
        val flowable: Flowable<Int> = Flowable.never<Int>().untilClosed(tracker).trackWith(tracker).trackWith(group)
        val observable: Observable<Int> = Observable.never<Int>().untilClosed(group).trackWith(tracker).trackWith(group)
        val single: Single<Int> = Single.just(1).trackWith(tracker, "single").trackWith(group, "single")
        val maybe: Maybe<Int> = Maybe.never<Int>().untilClosed(tracker).trackWith(tracker).trackWith(group, "maybe")
        val completable: Completable =
            Completable.never().untilClosed(tracker).trackWith(tracker, "completable").trackWith(group)
        flowable.subscribe()
        observable.subscribe()
        single.subscribe()
        maybe.subscribe()
        completable.subscribe()
        assertThat(tracker.size()).isEqualTo(4)
        assertThat(group.counts().active()).isEqualTo(4)
        tracker.close()
        group.close()
        assertThat(tracker.isDrained).isTrue()
        assertThat(group.counts().succeeded()).isEqualTo(5)
    }
}
