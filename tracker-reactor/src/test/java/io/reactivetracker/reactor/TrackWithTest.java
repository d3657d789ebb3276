// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TrackerClosedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.ParallelFlux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.PublisherProbe;
import reactor.test.publisher.TestPublisher;

class TrackWithTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TaskTracker tracker = TaskTracker.create("orders");

    @AfterEach
    void countsNothingInTheEnd() {
        assertThat(tracker.size()).isZero();
        assertThat(tracker.runningTasks()).isEmpty();
    }

    @Test
    void countsNothingUntilItIsSubscribedTo() {
        Flux.just(1).transform(trackWith(tracker));
        Mono.just(1).transform(trackWith(tracker));
        assertThat(tracker.size()).isZero();
    }

    @Test
    void countsEachSubscriptionOfAFlux() {
        TestPublisher<String> source = TestPublisher.create();
        Flux<String> tracked = source.flux().transform(trackWith(tracker));
        List<String> seen = new ArrayList<>();
        tracked.subscribe(seen::add);
        Disposable second = tracked.subscribe();
        assertThat(tracker.size()).isEqualTo(2);
        second.dispose();
        assertThat(tracker.size()).isOne();
        source.next("a").complete();
        assertThat(seen).containsExactly("a");
    }

    @Test
    void countsEachSubscriptionOfAMono() {
        Sinks.One<String> source = Sinks.one();
        Mono<String> tracked = source.asMono().transform(trackWith(tracker));
        tracked.subscribe();
        Disposable second = tracked.subscribe();
        assertThat(tracker.size()).isEqualTo(2);
        second.dispose();
        assertThat(tracker.size()).isOne();
        source.tryEmitValue("a");
    }

    @Test
    void keepsAMonoAMonoAndMakesTheRestAFlux() {
        assertThat(trackWith(tracker).apply(Mono.empty())).isInstanceOf(Mono.class);
        assertThat(trackWith(tracker).apply(Flux.empty())).isInstanceOf(Flux.class);
        Publisher<Object> foreign = subscriber -> Flux.empty().subscribe(subscriber);
        assertThat(trackWith(tracker).apply(foreign)).isInstanceOf(Flux.class);
    }

    @Test
    void tracksAnyPublisher() {
        Publisher<String> foreign = subscriber -> Flux.just("a", "b").subscribe(subscriber);
        StepVerifier.create(
                        ReactorTracking.<Publisher<String>>trackWith(tracker).apply(foreign))
                .expectNext("a", "b")
                .verifyComplete();
    }

    @Test
    void tracksEachRailOfAParallelFlux() {
        Sinks.Many<Integer> source = Sinks.many().unicast().onBackpressureBuffer();
        List<Integer> seen = new ArrayList<>();
        source.asFlux().parallel(3).transformGroups(trackWith(tracker, "rail")).subscribe(seen::add);
        assertThat(tracker.size()).isEqualTo(3);
        assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsExactly("rail", "rail", "rail");
        for (int i = 0; i < 6; i++) {
            source.tryEmitNext(i);
        }
        source.tryEmitComplete();
        assertThat(seen).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
    }

    @Test
    void releasesEachRailThatFailsOrIsCancelled() {
        Sinks.Many<Integer> source = Sinks.many().multicast().directBestEffort();
        ParallelFlux<Integer> rails = source.asFlux().parallel(4).transformGroups(trackWith(tracker));
        List<Throwable> errors = new ArrayList<>();
        rails.subscribe(value -> {}, errors::add);
        Disposable cancelled = rails.subscribe();
        assertThat(tracker.size()).isEqualTo(8);
        cancelled.dispose();
        assertThat(tracker.size()).isEqualTo(4);
        source.tryEmitError(new IllegalStateException("no ship"));
        assertThat(errors).as("each rail gets it").hasSize(4);
        assertThat(dropped.takeErrors())
                .as("Reactor had told all of them at the first, and drops it for the other three")
                .hasSize(3);
    }

    @Test
    void tracksRailsThatRunInThreadsOfTheirOwn() {
        ParallelFlux<Integer> rails =
                Flux.range(0, 10_000).parallel(4).runOn(Schedulers.parallel()).transformGroups(trackWith(tracker));
        StepVerifier.create(rails.sequential().count()).expectNext(10_000L).verifyComplete();
    }

    @Test
    void takesAParallelFluxAsOneTaskIfItIsGivenWhole() {
        Flux<Integer> merged = Flux.from(ReactorTracking.<Publisher<Integer>>trackWith(tracker)
                .apply(Flux.range(0, 10).parallel(2)));
        AtomicInteger most = new AtomicInteger();
        StepVerifier.create(
                        merged.doOnNext(value -> most.set((int) tracker.size())).count())
                .expectNext(10L)
                .verifyComplete();
        assertThat(most).hasValue(1);
    }

    @Test
    void tracksEachGroupOfAGroupedFlux() {
        TestPublisher<Integer> source = TestPublisher.create();
        List<Integer> seen = new ArrayList<>();
        source.flux()
                .groupBy(value -> value % 2)
                .flatMap(group -> group.transform(trackWith(tracker, "group " + group.key())))
                .subscribe(seen::add);
        source.next(1, 2, 3);
        assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsExactly("group 1", "group 0");
        source.complete();
        assertThat(seen).containsExactly(1, 2, 3);
    }

    @Test
    void isStillCountedWhileTheEndIsDelivered() {
        List<Long> sizes = new ArrayList<>();
        Flux.just(1)
                .transform(trackWith(tracker))
                .doOnTerminate(() -> sizes.add(tracker.size()))
                .subscribe();
        Flux.error(new IllegalStateException("no ship"))
                .transform(trackWith(tracker))
                .doOnTerminate(() -> sizes.add(tracker.size()))
                .subscribe(value -> {}, error -> {});
        assertThat(sizes).containsExactly(1L, 1L);
    }

    @Test
    void isCountedBeforeTheUpstreamIsTouched() {
        List<Long> sizes = new ArrayList<>();
        Flux.defer(() -> {
                    sizes.add(tracker.size());
                    return Flux.empty();
                })
                .transform(trackWith(tracker))
                .subscribe();
        assertThat(sizes).containsExactly(1L);
    }

    @Test
    void isCountedUntilTheUpstreamsCancelHasReturned() {
        List<Long> sizes = new ArrayList<>();
        Flux.never()
                .doOnCancel(() -> sizes.add(tracker.size()))
                .transform(trackWith(tracker))
                .subscribe()
                .dispose();
        assertThat(sizes).containsExactly(1L);
    }

    @Test
    void countsLateTasksOfAClosedTracker() {
        tracker.close();
        TestPublisher<String> source = TestPublisher.create();
        source.flux().transform(trackWith(tracker)).subscribe();
        assertThat(tracker.size()).isOne();
        assertThat(tracker.isDrained()).isFalse();
        source.complete();
        assertThat(tracker.isDrained()).isTrue();
    }

    @Test
    void refusesStrictTasksOfAClosedTrackerAndNeverTouchesTheUpstream() {
        tracker.close();
        PublisherProbe<String> flux = PublisherProbe.of(Flux.just("a"));
        PublisherProbe<String> mono = PublisherProbe.of(Mono.just("a"));
        StepVerifier.create(flux.flux().transform(trackWith(tracker, TaskOptions.strict())))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(TrackerClosedException.class)
                        .hasMessageStartingWith("tracker \"orders\" is closed and refuses strict tasks"));
        StepVerifier.create(mono.mono()
                        .transform(trackWith(tracker, TaskOptions.strict().and(TaskOptions.named("ship")))))
                .verifyError(TrackerClosedException.class);
        flux.assertWasNotSubscribed();
        mono.assertWasNotSubscribed();
        assertThat(tracker.isDrained()).isTrue();
    }

    @Test
    void acceptsStrictTasksOfAnOpenTracker() {
        StepVerifier.create(Flux.just("a").transform(trackWith(tracker, TaskOptions.strict())))
                .expectNext("a")
                .verifyComplete();
    }

    @Test
    void listsTasksByTheNameThatTheyWereGiven() {
        Disposable task = Mono.never().transform(trackWith(tracker, "ship")).subscribe();
        assertThat(names()).containsExactly("ship");
        task.dispose();
    }

    @Test
    void listsTasksByTheNameThatThePipelineHas() {
        List<Disposable> tasks = List.of(
                Flux.never()
                        .name("orders")
                        .map(order -> order)
                        .transform(trackWith(tracker))
                        .subscribe(),
                Mono.never()
                        .name("bills")
                        .transform(trackWith(tracker, TaskOptions.strict()))
                        .subscribe(),
                Flux.never().name("other").transform(trackWith(tracker, "mine")).subscribe(),
                Flux.never().transform(trackWith(tracker)).subscribe(),
                Flux.never().name(" ").transform(trackWith(tracker)).subscribe());
        assertThat(names()).containsExactly("orders", "bills", "mine");
        assertThat(tracker.size()).isEqualTo(5);
        tasks.forEach(Disposable::dispose);
    }

    @Test
    void refusesATaskThatWouldBeTooManyAsAnError() {
        PublisherProbe<String> source = PublisherProbe.of(Flux.just("a"));
        TaskTracker full = TaskTrackers.full();
        StepVerifier.create(source.flux().transform(trackWith(full)))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("the maximum"));
        source.assertWasNotSubscribed();
    }

    @Test
    void makesEachAttemptOfARetryAfterItATask() {
        AtomicInteger attempts = new AtomicInteger();
        List<Long> sizes = new ArrayList<>();
        Mono<String> flaky = Mono.fromCallable(() -> {
            sizes.add(tracker.size());
            if (attempts.incrementAndGet() < 3) {
                throw new IllegalStateException("again");
            }
            return "done";
        });
        StepVerifier.create(flaky.transform(trackWith(tracker)).retry(5))
                .expectNext("done")
                .verifyComplete();
        assertThat(attempts).hasValue(3);
        assertThat(tracker.size()).isZero();
        assertThat(sizes.get(0)).isOne();
    }

    @Test
    void makesAllAttemptsOfARetryBeforeItOneTask() {
        TestPublisher<String> source = TestPublisher.createCold();
        source.error(new IllegalStateException("again"));
        List<Long> sizes = new ArrayList<>();
        StepVerifier.create(source.flux()
                        .doOnSubscribe(subscription -> sizes.add(tracker.size()))
                        .retry(2)
                        .transform(trackWith(tracker)))
                .verifyErrorMessage("again");
        assertThat(sizes).containsExactly(1L, 1L, 1L);
    }

    @Test
    void worksWithRepeat() {
        StepVerifier.create(Flux.just(1, 2).transform(trackWith(tracker)).repeat(2))
                .expectNext(1, 2, 1, 2, 1, 2)
                .verifyComplete();
        StepVerifier.create(Flux.just(1, 2).repeat(2).transform(trackWith(tracker)))
                .expectNextCount(6)
                .verifyComplete();
    }

    @Test
    void countsASharedSourceOnceWhenItStandsBeforeTheShare() {
        TestPublisher<Integer> source = TestPublisher.create();
        Flux<Integer> shared = source.flux().transform(trackWith(tracker)).share();
        Disposable one = shared.subscribe();
        Disposable two = shared.subscribe();
        assertThat(tracker.size()).isOne();
        one.dispose();
        assertThat(tracker.size()).isOne();
        two.dispose();
        assertThat(tracker.size()).isZero();
    }

    @Test
    void countsEachSubscriberOfASharedSourceWhenItStandsAfterTheShare() {
        TestPublisher<Integer> source = TestPublisher.create();
        Flux<Integer> shared = source.flux().share().transform(trackWith(tracker));
        Disposable one = shared.subscribe();
        Disposable two = shared.subscribe();
        assertThat(tracker.size()).isEqualTo(2);
        one.dispose();
        two.dispose();
    }

    @Test
    void worksBeforeAndAfterPublishOnAndSubscribeOn() {
        Flux<Integer> numbers = Flux.range(0, 1_000);
        for (Flux<Integer> pipeline : List.of(
                numbers.publishOn(Schedulers.parallel()).transform(trackWith(tracker)),
                numbers.transform(trackWith(tracker)).publishOn(Schedulers.parallel()),
                numbers.subscribeOn(Schedulers.parallel()).transform(trackWith(tracker)),
                numbers.transform(trackWith(tracker)).subscribeOn(Schedulers.parallel()),
                numbers.publishOn(Schedulers.parallel())
                        .transform(trackWith(tracker))
                        .publishOn(Schedulers.single()))) {
            StepVerifier.create(pipeline.count()).expectNext(1_000L).verifyComplete();
            StepVerifier.create(pipeline.take(10)).expectNextCount(10).verifyComplete();
            tracker.close();
            StepVerifier.create(ReactorTracking.whenDrained(tracker))
                    .expectComplete()
                    .verify(Duration.ofMinutes(1));
        }
    }

    @Test
    void worksWithBlock() {
        assertThat(Mono.just("a").transform(trackWith(tracker)).block()).isEqualTo("a");
        assertThat(Flux.just("a", "b").transform(trackWith(tracker)).blockLast())
                .isEqualTo("b");
        assertThat(Flux.just("a", "b").transform(trackWith(tracker)).toStream()).containsExactly("a", "b");
    }

    @Test
    void passesDemandOnAsItIs() {
        StepVerifier.create(Flux.range(1, 5).hide().transform(trackWith(tracker)), 0)
                .expectSubscription()
                .expectNoEvent(Duration.ofNanos(1))
                .thenRequest(2)
                .expectNext(1, 2)
                .thenRequest(2)
                .expectNext(3, 4)
                .then(() -> assertThat(tracker.size()).isOne())
                .thenRequest(2)
                .expectNext(5)
                .verifyComplete();
    }

    @Test
    void canBeNested() {
        TaskTracker outer = TaskTracker.create("outer");
        TaskToken other = outer.token();
        StepVerifier.create(Flux.just(1).transform(trackWith(tracker)).transform(trackWith(outer)))
                .expectNext(1)
                .verifyComplete();
        assertThat(outer.size()).isOne();
        other.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t"})
    void namesMustNotBeBlank(String blank) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> trackWith(tracker, blank))
                .withMessageStartingWith("task name must not be blank");
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith((TaskTracker) null))
                .withMessage("tracker must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith(tracker, (String) null))
                .withMessage("task name must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith(tracker, (TaskOptions) null))
                .withMessage("options must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith(tracker).apply(null))
                .withMessageStartingWith("publisher must not be null: the code that builds the pipeline returned null");
    }

    private List<String> names() {
        return tracker.runningTasks().stream().map(RunningTask::name).toList();
    }
}
