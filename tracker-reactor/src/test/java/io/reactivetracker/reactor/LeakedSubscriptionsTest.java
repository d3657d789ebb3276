// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static io.reactivetracker.reactor.ReactorTracking.untilClosed;
import static io.reactivetracker.reactor.ReactorTracking.whenDrained;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.LeakWatch;
import io.reactivetracker.LeakedTask;
import io.reactivetracker.TaskTracker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;

/** Tracked subscriptions whose source has dropped its subscriber without a signal. */
class LeakedSubscriptionsTest {

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final List<LeakedTask> leaks = new CopyOnWriteArrayList<>();

    private void watch(LeakWatch watch) {
        // Not closed: it ends with its tracker.
        var unused = watch.listener(leaks::add).start(tracker);
    }

    private static void awaitGarbage(BooleanSupplier condition) {
        await().atMost(Duration.ofMinutes(1)).pollDelay(Duration.ZERO).until(() -> {
            System.gc();
            return condition.getAsBoolean();
        });
    }

    /** The source keeps nothing, so nobody can end the subscription. */
    static Stream<Consumer<TaskTracker>> dropped() {
        Publisher<String> forgetful = subscriber -> subscriber.onSubscribe(Operators.emptySubscription());
        return Stream.of(
                tracker -> Mono.create(sink -> {})
                        .transform(trackWith(tracker, "ship"))
                        .subscribe(),
                tracker -> Flux.create(sink -> sink.next("element"))
                        .map(element -> element + "!")
                        .transform(trackWith(tracker, "ship"))
                        .subscribe(),
                tracker -> Mono.never().transform(trackWith(tracker, "ship")).subscribe(),
                tracker -> Flux.from(forgetful)
                        .transform(trackWith(tracker, "ship"))
                        .publishOn(reactor.core.scheduler.Schedulers.immediate())
                        .subscribe(),
                tracker -> Flux.from(forgetful)
                        .flatMap(Mono::just)
                        .transform(trackWith(tracker, "ship"))
                        .subscribe(),
                tracker -> Flux.just(1)
                        .flatMap(each -> Mono.never().transform(trackWith(tracker, "ship")))
                        .subscribe(),
                tracker -> Sinks.many()
                        .multicast()
                        .directBestEffort()
                        .asFlux()
                        .transform(trackWith(tracker, "ship"))
                        .subscribe(),
                tracker -> spawn(tracker, "ship", Mono.create(sink -> {})));
    }

    @ParameterizedTest
    @MethodSource("dropped")
    void areReportedByName(Consumer<TaskTracker> subscribe) {
        watch(LeakWatch.always());
        subscribe.accept(tracker);
        awaitGarbage(() -> !leaks.isEmpty());
        assertThat(leaks).singleElement().satisfies(leak -> {
            assertThat(leak.name()).isEqualTo("ship");
            assertThat(leak.tracker()).isEqualTo("orders");
        });
        assertThat(tracker.size()).isOne();
        assertThat(tracker.drained().toString()).contains("\"ship\" #");
    }

    @Test
    void areReleasedSoThatTheDrainCompletes() {
        watch(LeakWatch.always().releasing());
        dropped().forEach(subscribe -> subscribe.accept(tracker));
        Mono.never().transform(trackWith(tracker)).subscribe();
        tracker.close();
        AtomicBoolean isDrained = new AtomicBoolean();
        whenDrained(tracker).subscribe(null, null, () -> isDrained.set(true));
        awaitGarbage(isDrained::get);
        assertThat(leaks).hasSize(9).allMatch(LeakedTask::isReleased);
    }

    /** Each of these ends, or can still end. */
    @Test
    void areNotThoseThatEndOrCanStillEnd() {
        watch(LeakWatch.always().releasing());
        Sinks.One<String> kept = Sinks.one();
        kept.asMono().transform(trackWith(tracker, "kept by its source")).subscribe();
        Disposable handle = Mono.never()
                .transform(trackWith(tracker, "kept by its subscriber"))
                .subscribe();
        Flux.never()
                .transform(untilClosed(tracker))
                .transform(trackWith(tracker, "until closed"))
                .subscribe();
        for (int i = 0; i < 500; i++) {
            Mono.just(i).transform(trackWith(tracker, "completes")).subscribe();
            Mono.error(new IllegalStateException("failed"))
                    .transform(trackWith(tracker))
                    .subscribe(element -> {}, error -> {});
            Mono.never()
                    .transform(trackWith(tracker, "is cancelled"))
                    .subscribe()
                    .dispose();
            Flux.range(0, 10)
                    .transform(trackWith(tracker))
                    .take(1)
                    .concatMap(Mono::just)
                    .subscribe();
        }
        TaskTracker last = TaskTracker.create("last");
        AtomicBoolean isFound = new AtomicBoolean();
        var unused = LeakWatch.always().listener(leak -> isFound.set(true)).start(last);
        dropped().limit(1).forEach(subscribe -> subscribe.accept(last));
        awaitGarbage(isFound::get);
        assertThat(leaks).isEmpty();
        assertThat(tracker.size()).isEqualTo(3);
        assertThat(kept.tryEmitValue("done").isSuccess()).isTrue();
        handle.dispose();
        tracker.close();
        assertThat(tracker.isDrained()).isTrue();
        assertThat(tracker.leakedTasks()).isZero();
    }
}
