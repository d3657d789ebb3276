// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.blocking;
import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.OverdueTask;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskWatchdog;
import io.reactivetracker.test.ManualTimer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Where a pipeline stands when a watchdog reports it. */
class OverdueTasksTest {

    private static final Duration MAX_AGE = Duration.ofSeconds(30);

    private final ManualTimer timer = new ManualTimer();
    private final TaskGroup group = TaskGroup.builder("orders").timer(timer).build();
    private final Sinks.Empty<String> hangs = Sinks.empty();

    @AfterEach
    void cancel() {
        group.cancel();
    }

    private OverdueTask overdue() {
        List<OverdueTask> told = new CopyOnWriteArrayList<>();
        timer.advance(MAX_AGE);
        try (TaskWatchdog watchdog = TaskWatchdog.start(group, MAX_AGE, told::add)) {
            await().until(() -> !told.isEmpty());
            assertThat(watchdog).isNotNull();
        }
        assertThat(told).hasSize(1);
        return told.get(0);
    }

    @Test
    void showsTheWayFromTheTaskToTheSource() {
        hangs.asMono()
                .map(String::trim)
                .filter(text -> true)
                .transform(trackWith(group))
                .subscribe();
        assertThat(overdue().operators()).startsWith("filter ⇠ map ⇠ ");
    }

    @Test
    void goesOnInTheInnerSourceThatAnOperatorHasSubscribedTo() {
        Mono.just("order-17")
                .map(String::trim)
                .flatMap(order -> hangs.asMono().log().filter(text -> true))
                .map(String::trim)
                .transform(trackWith(group))
                .subscribe();
        assertThat(overdue().operators()).startsWith("map ⇠ flatMap ⇠ filter ⇠ ");
    }

    @Test
    void goesOnInTheInnerSourceOfAFlux() {
        Flux.range(1, 3)
                .flatMap(order -> order == 2 ? hangs.asMono().map(String::trim) : Mono.just("done"))
                .transform(trackWith(group))
                .subscribe();
        assertThat(overdue().operators()).startsWith("flatMap ⇠ map ⇠ ");
    }

    @Test
    void showsThatNobodyHasAskedForMore() {
        Flux.range(1, 3)
                .publishOn(Schedulers.immediate())
                .transform(trackWith(group))
                .subscribe(new BaseSubscriber<>() {
                    @Override
                    protected void hookOnSubscribe(Subscription subscription) {}
                });
        assertThat(overdue().operators()).isEqualTo("publishOn (3 buffered) (nothing requested)");
    }

    @Test
    void showsThePlaceOfAnAssemblyThatReactorKnows() {
        Hooks.onOperatorDebug();
        try {
            hangs.asMono().map(String::trim).transform(trackWith(group)).subscribe();
        } finally {
            Hooks.resetOnOperatorDebug();
        }
        assertThat(overdue().operators()).contains("map ⇢ at", "OverdueTasksTest.java");
    }

    @Test
    void showsTheAttemptThatRuns() {
        TaskGroup retrying = group.childBuilder("retrying")
                .onError(ErrorPolicy.retry(3, Backoff.fixed(Duration.ofMillis(1))))
                .build();
        hangs.asMono().map(String::trim).transform(trackWith(retrying)).subscribe();
        assertThat(overdue().operators()).startsWith("map ⇠ ");
    }

    @Test
    void showsASpawnedTask() {
        assertThat(spawn(group, "ship", hangs.asMono().map(String::trim)).name())
                .isEqualTo("ship");
        assertThat(overdue()).satisfies(task -> {
            assertThat(task.name()).isEqualTo("ship");
            assertThat(task.operators()).contains("map ⇠ ");
            assertThat(task.stack()).isEmpty();
        });
    }

    @Test
    void showsTheStackOfABlockingBody() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        blocking(group, "import", () -> {
                    begun.countDown();
                    release.await();
                    return "done";
                })
                .subscribe();
        begun.await();
        assertThat(overdue().stack())
                .extracting(StackTraceElement::getClassName)
                .anyMatch(name -> name.startsWith(OverdueTasksTest.class.getName()));
        release.countDown();
    }

    @Test
    void sourcesThatCannotBeScannedAreUnknown() {
        Flux.from((org.reactivestreams.Publisher<String>) subscriber -> subscriber.onSubscribe(new Subscription() {
                    @Override
                    public void request(long n) {}

                    @Override
                    public void cancel() {}
                }))
                .transform(trackWith(group))
                .subscribe();
        assertThat(overdue().operators()).isNull();
    }
}
