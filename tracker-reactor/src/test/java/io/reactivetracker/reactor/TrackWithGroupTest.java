// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.Registration;
import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ConcurrencyLimit;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.ResumableException;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskRejectedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

class TrackWithGroupTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final IllegalStateException failure = new IllegalStateException("no ship");
    private @Nullable TaskGroup lastGroup;

    private TaskGroup group(Admission admission, ErrorPolicy policy) {
        TaskGroup group = TaskGroup.builder("orders")
                .timer(ReactorTracking.timer(time))
                .executor(Runnable::run)
                .admission(admission)
                .onError(policy)
                .build();
        lastGroup = group;
        return group;
    }

    private TaskGroup group() {
        return group(Admission.unlimited(), ErrorPolicy.continueOnError());
    }

    /** After each test no task is left, and each was counted once. */
    @AfterEach
    void noTaskIsLeftAndTheCountsAddUp() {
        TaskGroup group = lastGroup;
        if (group != null) {
            assertThat(dropped.takeErrors()).isEmpty();
            group.cancel();
            // The errors of tasks that the test left running.
            dropped.takeErrors();
            TaskCounts counts = group.counts();
            assertThat(counts.pending()).isZero();
            assertThat(counts.ended()).isEqualTo(counts.issued());
            assertThat(group.closeAndDrain().isDone()).isTrue();
        }
    }

    @Nested
    class OfASourceThatHasNotAnswered {

        private final AtomicReference<CoreSubscriber<? super String>> subscriber = new AtomicReference<>();
        private final Flux<String> silent = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super String> actual) {
                subscriber.set(actual);
            }
        };

        @Test
        void isToldOfACancelAllTheSameAndTheAnswerIsCancelled() {
            TaskGroup group = group();
            AtomicReference<Throwable> end = new AtomicReference<>();
            silent.transform(trackWith(group)).subscribe(element -> {}, end::set);
            assertThat(group.counts().active()).isEqualTo(1);
            group.cancel();
            assertThat(end.get()).isInstanceOf(TaskCancelledException.class);
            assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
            AtomicInteger cancels = new AtomicInteger();
            Objects.requireNonNull(subscriber.get()).onSubscribe(new Subscription() {
                @Override
                public void request(long n) {
                    throw new AssertionError("requested");
                }

                @Override
                public void cancel() {
                    cancels.incrementAndGet();
                }
            });
            assertThat(cancels).hasValue(1);
        }

        @Test
        void endsThoughItsDownstreamThrowsWhenItIsTold() {
            TaskGroup group = group();
            silent.transform(trackWith(group)).subscribe(new BaseSubscriber<>() {
                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                    throw failure;
                }

                @Override
                protected void hookOnError(Throwable error) {
                    throw failure;
                }
            });
            Thread.UncaughtExceptionHandler handler = Thread.currentThread().getUncaughtExceptionHandler();
            Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {});
            try {
                group.cancel();
            } finally {
                Thread.currentThread().setUncaughtExceptionHandler(handler);
            }
            assertThat(group.counts().pending()).isZero();
            dropped.takeErrors();
        }
    }

    @Nested
    class Counting {

        @Test
        void lastsFromInsideSubscribeUntilTheLastSignalWasDelivered() {
            TaskGroup group = group();
            List<Long> active = new ArrayList<>();
            Sinks.One<String> source = Sinks.one();
            source.asMono()
                    .doOnSubscribe(s -> active.add(group.counts().active()))
                    .transform(trackWith(group))
                    .doOnTerminate(() -> active.add(group.counts().active()))
                    .subscribe();
            assertThat(group.counts().active()).isOne();
            source.tryEmitValue("shipped");
            assertThat(active).containsExactly(1L, 1L);
            assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
        }

        @Test
        void keepsElementsAndDemandAsTheyAre() {
            TaskGroup group = group();
            TestPublisher<String> source = TestPublisher.create();
            StepVerifier.create(source.flux().transform(trackWith(group)), 0)
                    .expectSubscription()
                    .then(() -> assertThat(source.wasRequested()).isFalse())
                    .thenRequest(2)
                    .then(() -> source.assertMinRequested(2).assertMaxRequested(2))
                    .then(() -> source.next("a", "b"))
                    .expectNext("a", "b")
                    .then(source::complete)
                    .verifyComplete();
        }

        @Test
        void keepsWhatWasRequestedWhileTheTaskIsQueued() {
            ConcurrencyLimit limit = Admission.concurrency(1);
            TaskGroup group = group(limit, ErrorPolicy.continueOnError());
            Sinks.Empty<Void> first = Sinks.empty();
            first.asMono().transform(trackWith(group)).subscribe();
            List<Integer> seen = new ArrayList<>();
            Flux.range(1, 10).transform(trackWith(group)).subscribe(new BaseSubscriber<>() {
                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                    request(1);
                    request(2);
                }

                @Override
                protected void hookOnNext(Integer element) {
                    seen.add(element);
                }
            });
            assertThat(seen).isEmpty();
            first.tryEmitEmpty();
            assertThat(seen).containsExactly(1, 2, 3);
        }

        @Test
        void refusesWhatMustNotBeRequestedWhileTheTaskIsQueued() {
            for (long wrong : new long[] {0, -1, Long.MIN_VALUE}) {
                TaskGroup group = group(Admission.concurrency(1), ErrorPolicy.continueOnError());
                Disposable running = Flux.never().transform(trackWith(group)).subscribe();
                List<Integer> seen = new ArrayList<>();
                AtomicReference<Subscription> queued = new AtomicReference<>();
                Flux.range(1, 5).transform(trackWith(group)).subscribe(new CoreSubscriber<Integer>() {
                    @Override
                    public void onSubscribe(Subscription s) {
                        queued.set(s);
                        s.request(wrong);
                        s.request(1);
                        s.request(wrong);
                    }

                    @Override
                    public void onNext(Integer element) {
                        seen.add(element);
                    }

                    @Override
                    public void onError(Throwable error) {
                        throw new AssertionError(error);
                    }

                    @Override
                    public void onComplete() {}
                });
                running.dispose();
                assertThat(seen).containsExactly(1);
                Objects.requireNonNull(queued.get()).cancel();
            }
        }

        @Test
        void cancelsTheUpstreamOnceThoughItsDownstreamCancelsTwiceAndThrows() {
            AtomicInteger cancels = new AtomicInteger();
            TaskGroup group = group();
            AtomicReference<Subscription> subscription = new AtomicReference<>();
            Flux.range(1, 3)
                    .doOnCancel(cancels::incrementAndGet)
                    .transform(trackWith(group))
                    .subscribe(new CoreSubscriber<Integer>() {
                        @Override
                        public void onSubscribe(Subscription s) {
                            subscription.set(s);
                            s.request(3);
                        }

                        @Override
                        public void onNext(Integer element) {
                            Objects.requireNonNull(subscription.get()).cancel();
                            Objects.requireNonNull(subscription.get()).cancel();
                            throw failure;
                        }

                        @Override
                        public void onError(Throwable error) {
                            assertThat(error).isSameAs(failure);
                        }

                        @Override
                        public void onComplete() {}
                    });
            assertThat(cancels).hasValue(1);
            assertThat(group.snapshot().counts().cancelled()).isOne();
        }

        @Test
        void tellsFailuresAndCancelsApart() {
            TaskGroup group = group();
            Mono.error(failure).transform(trackWith(group)).onErrorComplete().subscribe();
            Mono.never().transform(trackWith(group)).subscribe().dispose();
            Mono.error(new CancellationException("of its own"))
                    .transform(trackWith(group))
                    .onErrorComplete()
                    .subscribe();
            Mono.just("shipped").transform(trackWith(group)).subscribe();
            assertThat(group.counts())
                    .isEqualTo(TaskCounts.none()
                            .with(Outcome.SUCCEEDED, 1)
                            .with(Outcome.FAILED, 1)
                            .with(Outcome.CANCELLED, 2));
        }

        @Test
        void keepsTheOutcomeThatItsDownstreamIsJustBeingToldThoughThatCancels() {
            TaskGroup group = group();
            Sinks.Empty<Void> told = Sinks.empty();
            Mono<Void> next = told.asMono().then(Mono.error(failure));
            Mono<Void> succeeding =
                    Mono.<Void>empty().transform(trackWith(group)).doOnSuccess(done -> told.tryEmitEmpty());
            Mono.when(next, succeeding).onErrorComplete().subscribe();
            assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
        }

        @Test
        void namesTheTaskAfterTheOptionThePipelineOrTheGroup() {
            TaskGroup group = group();
            Mono.never().transform(trackWith(group, "welcome")).subscribe();
            Mono.never().name("reminder").transform(trackWith(group)).subscribe();
            Mono.never().transform(trackWith(group)).subscribe();
            assertThat(group.runningTasks())
                    .extracting(RunningTask::name)
                    .containsExactly("welcome", "reminder", "orders");
        }

        @Test
        void showsItselfToScannersAndKeepsTheContext() {
            TaskGroup group = group();
            AtomicReference<String> seen = new AtomicReference<>("");
            AtomicReference<@Nullable Scannable> subscriber = new AtomicReference<>();
            Mono<String> tracked = Mono.deferContextual(context -> {
                        seen.set(context.get("user"));
                        return Mono.just("shipped");
                    })
                    .transform(trackWith(group, "ship"));
            tracked.doOnSubscribe(s -> subscriber.set(Scannable.from(s)))
                    .contextWrite(context -> context.put("user", "ada"))
                    .block();
            assertThat(seen).hasValue("ada");
            assertThat(Scannable.from(tracked).scan(Scannable.Attr.RUN_STYLE)).isEqualTo(Scannable.Attr.RunStyle.ASYNC);
            assertThat(Objects.requireNonNull(subscriber.get()).scan(Scannable.Attr.NAME))
                    .as("the name is the pipeline's own, for meters")
                    .isNull();
        }
    }

    @Nested
    class Admitting {

        @Test
        void leavesAQueuedTasksUpstreamAloneAndKeepsTheOrder() {
            TaskGroup group = group(Admission.concurrency(2), ErrorPolicy.continueOnError());
            List<Integer> started = new ArrayList<>();
            List<Sinks.One<Integer>> sources =
                    IntStream.range(0, 5).mapToObj(i -> Sinks.<Integer>one()).toList();
            for (int i = 0; i < 5; i++) {
                int number = i;
                sources.get(i)
                        .asMono()
                        .doOnSubscribe(s -> started.add(number))
                        .transform(trackWith(group))
                        .subscribe();
            }
            assertThat(started).containsExactly(0, 1);
            assertThat(group.counts()).isEqualTo(TaskCounts.none().withQueued(3).withActive(2));
            sources.get(1).tryEmitValue(1);
            assertThat(started).containsExactly(0, 1, 2);
            sources.get(0).tryEmitValue(0);
            assertThat(started).containsExactly(0, 1, 2, 3);
        }

        @Test
        void givesThePlaceOfACancelledQueuedTaskUpAtOnce() {
            ConcurrencyLimit limit = Admission.concurrency(1);
            TaskGroup group = group(limit, ErrorPolicy.continueOnError());
            Mono.never().transform(trackWith(group)).subscribe();
            var queued = Mono.error(failure).transform(trackWith(group)).subscribe();
            assertThat(limit.queued()).isOne();
            queued.dispose();
            assertThat(limit.queued()).isZero();
            assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1).with(Outcome.CANCELLED, 1));
        }

        @Test
        void endsARejectedTaskWithAnErrorThatSaysWhat() {
            TaskGroup group = group(Admission.concurrency(1, 0), ErrorPolicy.cancelOnError());
            Mono.never().transform(trackWith(group)).subscribe();
            StepVerifier.create(Mono.just("late").transform(trackWith(group, "second")))
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(TaskRejectedException.class)
                            .hasMessageContaining("\"second\"")
                            .hasMessageContaining("raise"))
                    .verify();
            assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1).with(Outcome.REJECTED, 1));
        }

        @Test
        void drainsAMillionQueuedTasksOnAFlatStack() {
            ConcurrencyLimit limit = Admission.concurrency(3);
            TaskGroup group = group(limit, ErrorPolicy.continueOnError());
            List<Sinks.Empty<Void>> holders = List.of(Sinks.empty(), Sinks.empty(), Sinks.empty());
            holders.forEach(
                    holder -> holder.asMono().transform(trackWith(group)).subscribe());
            AtomicInteger ran = new AtomicInteger();
            Mono<Integer> task = Mono.fromCallable(ran::incrementAndGet).transform(trackWith(group));
            for (int i = 0; i < 1_000_000; i++) {
                task.subscribe();
            }
            assertThat(group.counts().queued()).isEqualTo(1_000_000);
            holders.forEach(Sinks.Empty::tryEmitEmpty);
            assertThat(ran).hasValue(1_000_000);
            assertThat(limit.active()).isZero();
        }

        @Test
        void refusesATaskOfAClosedGroupAndLeavesItsUpstreamAlone() {
            TaskGroup group = group();
            group.close();
            TestPublisher<String> source = TestPublisher.create();
            StepVerifier.create(source.mono().transform(trackWith(group)))
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(GroupClosedException.class)
                            .hasMessageContaining("\"orders\" is closed"))
                    .verify();
            source.assertWasNotSubscribed();
            assertThat(group.counts().issued()).isZero();
        }

        @Test
        void refusesATaskOfACancelledGroupWithTheCause() {
            TaskGroup group = group();
            group.cancel(failure);
            StepVerifier.create(Flux.just("late").transform(trackWith(group)))
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(TaskCancelledException.class)
                            .hasCause(failure))
                    .verify();
            assertThat(group.counts().issued()).isZero();
        }
    }

    @Nested
    class Cancelling {

        @Test
        void reachesAnEndlessSourceFromWithinItsFirstElement() {
            TaskGroup endless = TaskGroup.builder("endless").build();
            StepVerifier.create(Flux.<Integer>generate(sink -> sink.next(1))
                            .transform(trackWith(endless))
                            .takeUntil(n -> true))
                    .expectNext(1)
                    .verifyComplete();
            assertThat(endless.counts().cancelled()).isOne();
        }

        @Test
        void cancelsRunningAndQueuedTasksOfTheWholeTreeAndNoOthers() {
            TaskGroup root = group(Admission.concurrency(2), ErrorPolicy.continueOnError());
            TaskGroup one = root.child("one");
            TaskGroup other =
                    root.childBuilder("other").admission(Admission.unlimited()).build();
            TaskGroup below = one.child("below");
            List<String> ended = new ArrayList<>();
            AtomicInteger cancelledUpstreams = new AtomicInteger();
            for (TaskGroup group : List.of(one, below, below, other)) {
                Mono.never()
                        .doOnCancel(cancelledUpstreams::incrementAndGet)
                        .transform(trackWith(group))
                        .subscribe(value -> {}, error -> ended.add(group.name() + ": " + error.getMessage()));
            }
            assertThat(root.counts().queued()).isOne();
            one.cancel(failure);
            assertThat(ended)
                    .allSatisfy(end -> assertThat(end).endsWith("no ship"))
                    .hasSize(3);
            assertThat(cancelledUpstreams).as("one of the three was queued").hasValue(2);
            assertThat(other.counts().active()).isOne();
            assertThat(root.isClosed()).isFalse();
            assertThat(root.counts()).isEqualTo(TaskCounts.none().withActive(1).with(Outcome.CANCELLED, 3));
        }

        @Test
        void countsOnceHoweverItRacesWithTheEnd() throws Exception {
            TaskGroup group = group(Admission.concurrency(1), ErrorPolicy.continueOnError());
            ExecutorService threads = Executors.newFixedThreadPool(2);
            try {
                for (int round = 0; round < 2_000; round++) {
                    Sinks.One<String> source = Sinks.one();
                    AtomicInteger ends = new AtomicInteger();
                    AtomicReference<@Nullable TaskContext> task = new AtomicReference<>();
                    Mono.deferContextual(context -> {
                                task.set(context.get(TaskContext.class));
                                return source.asMono();
                            })
                            .transform(trackWith(group))
                            .subscribe(value -> {}, error -> ends.incrementAndGet(), ends::incrementAndGet);
                    CyclicBarrier start = new CyclicBarrier(2);
                    Future<?> end = threads.submit(() -> {
                        start.await();
                        return source.tryEmitEmpty();
                    });
                    Future<?> abort = threads.submit(() -> {
                        start.await();
                        return Objects.requireNonNull(task.get())
                                .cancellationToken()
                                .cancel();
                    });
                    end.get();
                    abort.get();
                    assertThat(ends).hasValue(1);
                    assertThat(group.counts().ended()).isEqualTo(round + 1L);
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Nested
    class Failing {

        @Test
        void cancelsTheOthersAndStillGivesTheFailedTaskItsOwnError() {
            TaskGroup group = group(Admission.unlimited(), ErrorPolicy.cancelOnError());
            List<Throwable> others = new ArrayList<>();
            List<Throwable> own = new ArrayList<>();
            Mono.never().transform(trackWith(group)).subscribe(value -> {}, others::add);
            Mono.error(failure).transform(trackWith(group)).subscribe(value -> {}, own::add);
            assertThat(own).containsExactly(failure);
            assertThat(others)
                    .singleElement()
                    .satisfies(error -> assertThat(error).hasCause(failure));
            assertThat(group.counts())
                    .isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1).with(Outcome.CANCELLED, 1));
        }

        @Test
        void isNotDroppedIfItIsWhyTheTaskAroundItWasCancelled() {
            TaskGroup group = group(Admission.unlimited(), ErrorPolicy.cancelOnError());
            List<Throwable> around = new ArrayList<>();
            Mono.error(failure)
                    .transform(trackWith(group, "inner"))
                    .transform(trackWith(group, "around"))
                    .subscribe(value -> {}, around::add);
            assertThat(around)
                    .singleElement()
                    .satisfies(error -> assertThat(error)
                            .isInstanceOf(TaskCancelledException.class)
                            .hasCause(failure));
            assertThat(group.counts())
                    .isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1).with(Outcome.CANCELLED, 1));
        }

        @Test
        void doesSoToAnErrorBeyondTheRetriesToo() {
            TaskGroup group = group(
                    Admission.unlimited(), ErrorPolicy.retry(1, Backoff.none()).andThen(ErrorPolicy.cancelOnError()));
            List<Throwable> own = new ArrayList<>();
            AtomicInteger attempts = new AtomicInteger();
            Mono.never().transform(trackWith(group)).onErrorComplete().subscribe();
            Flux.defer(() -> Flux.error(attempts.incrementAndGet() == 1 ? new RuntimeException("first") : failure))
                    .transform(trackWith(group))
                    .subscribe(value -> {}, own::add);
            assertThat(own).containsExactly(failure);
            assertThat(group.counts())
                    .isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1).with(Outcome.CANCELLED, 1));
        }

        @Test
        void isTriedAgainAtTheInstantsOfItsBackoff() {
            TaskGroup group = group(
                    Admission.unlimited(),
                    ErrorPolicy.retry(3, Backoff.exponential(Duration.ofSeconds(1), Duration.ofSeconds(3))));
            List<Long> attempts = new ArrayList<>();
            List<Throwable> errors = new ArrayList<>();
            Mono.defer(() -> {
                        attempts.add(time.now(TimeUnit.SECONDS));
                        return Mono.error(failure);
                    })
                    .transform(trackWith(group))
                    .subscribe(value -> {}, errors::add);
            time.advanceTimeBy(Duration.ofSeconds(5));
            assertThat(attempts).containsExactly(0L, 1L, 3L);
            assertThat(errors).isEmpty();
            assertThat(group.counts().active())
                    .as("keeps its permit while it waits")
                    .isOne();
            time.advanceTimeBy(Duration.ofSeconds(1));
            assertThat(attempts).containsExactly(0L, 1L, 3L, 6L);
            assertThat(errors).containsExactly(failure);
            assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
        }

        @Test
        void givesItsPermitUpBeforeItAsksAgainAndQueuesBehindTheOthers() {
            TaskGroup group = group(
                    Admission.concurrency(1),
                    ErrorPolicy.retry(1, Backoff.none()).releasingPermit());
            List<String> order = new ArrayList<>();
            Sinks.One<String> first = Sinks.one();
            Mono.deferContextual(context -> {
                        int attempt = context.get(TaskContext.class).attempt();
                        order.add("first " + attempt);
                        return attempt == 1 ? first.asMono() : Mono.just("shipped");
                    })
                    .transform(trackWith(group))
                    .subscribe();
            Mono.fromRunnable(() -> order.add("second"))
                    .transform(trackWith(group))
                    .subscribe();
            first.tryEmitError(failure);
            assertThat(order).containsExactly("first 1", "second", "first 2");
            assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 2));
        }

        @Test
        void isTriedAgainAsOftenAsThePolicySaysUnderAnOnErrorContinueOfTheDownstream() {
            for (Backoff backoff : List.of(Backoff.none(), Backoff.fixed(Duration.ofSeconds(1)))) {
                AtomicInteger attempts = new AtomicInteger();
                List<Throwable> continued = new ArrayList<>();
                AtomicReference<Throwable> end = new AtomicReference<>();
                TaskGroup group = group(Admission.concurrency(1), ErrorPolicy.retry(2, backoff));
                Flux.<String>defer(() -> {
                            attempts.incrementAndGet();
                            return Flux.error(failure);
                        })
                        .transform(trackWith(group))
                        .onErrorContinue((error, element) -> continued.add(error))
                        .subscribe(element -> {}, end::set);
                time.advanceTimeBy(Duration.ofSeconds(2));
                assertThat(attempts).hasValue(3);
                assertThat(end).as("as with Reactor's own retry").hasValue(failure);
                assertThat(continued).isEmpty();
                assertThat(group.snapshot().counts().failed()).isOne();
            }
        }

        @Test
        void isNotAskedAboutWhatTheDownstreamLetsTheSourceContinueAfter() {
            List<Object> continued = new ArrayList<>();
            TaskGroup group = group(Admission.unlimited(), ErrorPolicy.retry(2, Backoff.none()));
            StepVerifier.create(Flux.range(1, 3)
                            .map(n -> 6 / (n - 2))
                            .transform(trackWith(group))
                            .onErrorContinue((error, element) -> continued.add(element)))
                    .expectNext(-6, 6)
                    .verifyComplete();
            assertThat(continued).containsExactly(2);
            assertThat(group.snapshot().counts().succeeded()).isOne();
        }

        @Test
        void keepsItsErrorIfTheTimerRefusesTheNextAttempt() {
            RejectedExecutionException refusal = new RejectedExecutionException("the timer is gone");
            TaskTimer broken = new TaskTimer() {
                @Override
                public long nanoTime() {
                    return 0;
                }

                @Override
                public Registration schedule(Duration delay, Runnable action) {
                    throw refusal;
                }
            };
            TaskGroup group = TaskGroup.builder("orders")
                    .timer(broken)
                    .onError(ErrorPolicy.retry(2, Backoff.fixed(Duration.ofSeconds(1))))
                    .build();
            StepVerifier.create(Flux.error(failure).transform(trackWith(group)))
                    .verifyErrorSatisfies(
                            error -> assertThat(error).isSameAs(failure).hasSuppressedException(refusal));
            assertThat(group.snapshot().counts().failed()).isOne();
        }

        @Test
        void requestsOfEachAttemptWhatTheOnesBeforeHaveNotServed() {
            List<Long> requests = new ArrayList<>();
            AtomicInteger attempts = new AtomicInteger();
            Flux<Integer> flaky = Flux.defer(() -> attempts.incrementAndGet() < 3
                            ? Flux.just(1, 2).concatWith(Flux.error(failure))
                            : Flux.range(1, 10))
                    .doOnRequest(requests::add);
            StepVerifier.create(
                            flaky.transform(
                                    trackWith(group(Admission.unlimited(), ErrorPolicy.retry(5, Backoff.none())))),
                            7)
                    .expectNext(1, 2, 1, 2, 1, 2, 3)
                    .expectNoEvent(Duration.ofNanos(1))
                    .thenRequest(2)
                    .expectNext(4, 5)
                    .thenCancel()
                    .verify();
            assertThat(requests).containsExactly(7L, 5L, 3L, 2L);
        }

        @Test
        void isOneAttemptAfterTheOtherThoughASourceFailsTwice() {
            AtomicInteger attempts = new AtomicInteger();
            IllegalStateException again = new IllegalStateException("again");
            Flux<String> twice = Flux.from(subscriber -> {
                attempts.incrementAndGet();
                subscriber.onSubscribe(Operators.emptySubscription());
                subscriber.onError(failure);
                subscriber.onError(again);
                subscriber.onNext("late");
            });
            TaskGroup group = group(Admission.unlimited(), ErrorPolicy.retry(1, Backoff.fixed(Duration.ofSeconds(1))));
            AtomicReference<Throwable> end = new AtomicReference<>();
            twice.transform(trackWith(group)).subscribe(element -> {}, end::set);
            time.advanceTimeBy(Duration.ofSeconds(1));
            assertThat(attempts).hasValue(2);
            assertThat(end).hasValue(failure);
            assertThat(dropped.takeErrors()).containsExactly(again, again);
            assertThat(dropped.takeElements()).containsExactly("late", "late");
        }

        @Test
        void cancelsWhatWasBegunBeforeItsSubscribeThrewAndThenTriesAgain() {
            List<String> seen = new ArrayList<>();
            Flux<String> broken = new Flux<>() {
                @Override
                public void subscribe(CoreSubscriber<? super String> actual) {
                    seen.add("subscribe");
                    actual.onSubscribe(new Subscription() {
                        @Override
                        public void request(long n) {}

                        @Override
                        public void cancel() {
                            seen.add("cancel");
                        }
                    });
                    throw failure;
                }
            };
            StepVerifier.create(broken.transform(
                            trackWith(group(Admission.unlimited(), ErrorPolicy.retry(1, Backoff.none())))))
                    .verifyErrorSatisfies(error -> assertThat(error).isSameAs(failure));
            assertThat(seen).containsExactly("subscribe", "cancel", "subscribe", "cancel");
        }

        @Test
        void isNotDisturbedByAnAttemptThatThrowsAfterItHasFailed() {
            AtomicInteger attempts = new AtomicInteger();
            IllegalStateException thrown = new IllegalStateException("thrown after the error");
            Flux<String> broken = new Flux<>() {
                @Override
                public void subscribe(CoreSubscriber<? super String> actual) {
                    actual.onSubscribe(Operators.emptySubscription());
                    if (attempts.incrementAndGet() == 1) {
                        actual.onError(failure);
                        throw thrown;
                    }
                }
            };
            TaskGroup group = group(Admission.unlimited(), ErrorPolicy.retry(1, Backoff.none()));
            broken.transform(trackWith(group)).subscribe();
            assertThat(attempts).hasValue(2);
            assertThat(group.counts().active()).as("the second attempt").isEqualTo(1);
            assertThat(dropped.takeErrors()).containsExactly(thrown);
        }

        @Test
        void canBeCancelledWhileItWaitsForItsNextAttempt() {
            TaskGroup group =
                    group(Admission.concurrency(1), ErrorPolicy.retry(1, Backoff.fixed(Duration.ofSeconds(1))));
            AtomicInteger attempts = new AtomicInteger();
            var task = Mono.defer(() -> {
                        attempts.incrementAndGet();
                        return Mono.error(failure);
                    })
                    .transform(trackWith(group))
                    .subscribe();
            task.dispose();
            time.advanceTimeBy(Duration.ofSeconds(2));
            assertThat(attempts).hasValue(1);
            assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
        }

        @Test
        void goesOnWithWhatThePolicyOrTheErrorHasForIt() {
            TaskGroup policys = group(
                    Admission.unlimited(),
                    ErrorPolicy.resumeWith(1, ReactorTracking.resumeWith(task -> Flux.just("from stock", "and more"))));
            StepVerifier.create(Flux.concat(Flux.just("a"), Flux.error(failure)).transform(trackWith(policys)))
                    .expectNext("a", "from stock", "and more")
                    .verifyComplete();
            StepVerifier.create(Mono.<String>error(failure).transform(trackWith(policys)))
                    .expectNext("from stock")
                    .verifyComplete();
            TaskGroup errors = group(Admission.unlimited(), ErrorPolicy.resumeWithCarried(2));
            StepVerifier.create(Mono.<String>error(
                                    new ResumableException(failure, task -> stage("stage " + task.attempt())))
                            .transform(trackWith(errors)))
                    .expectNext("stage 2")
                    .verifyComplete();
        }

        @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
        private static <X> X nothing() {
            return null;
        }

        private CompletionStage<String> stage(String value) {
            return CompletableFuture.completedFuture(value);
        }

        @Test
        void failsIfThereIsNothingToGoOnWith() {
            TaskGroup group = group(Admission.unlimited(), ErrorPolicy.resumeWith(1, task -> nothing()));
            StepVerifier.create(Mono.error(failure).transform(trackWith(group)))
                    .verifyError(NullPointerException.class);
            assertThat(group.counts().failed()).isOne();
        }

        @Test
        void losesNoPermitWhereverSomethingThrows() {
            ConcurrencyLimit limit = Admission.concurrency(1);
            TaskGroup group = group(limit, ErrorPolicy.continueOnError());
            for (boolean isQueued : new boolean[] {false, true}) {
                for (String where : List.of("subscribe", "onSubscribe", "onNext", "onComplete", "onError")) {
                    Sinks.Empty<Void> holder = Sinks.empty();
                    if (isQueued) {
                        holder.asMono().transform(trackWith(group)).subscribe();
                    }
                    try {
                        throwingAt(where).transform(trackWith(group)).subscribe(new Throwing(where));
                    } catch (IllegalStateException thrown) {
                        assertThat(thrown).isSameAs(failure);
                    }
                    withoutUncaught(holder::tryEmitEmpty);
                    assertThat(limit.active()).as(where).isZero();
                    assertThat(group.counts().pending()).as(where).isZero();
                }
            }
            dropped.takeErrors();
        }

        private void withoutUncaught(Runnable action) {
            Thread thread = Thread.currentThread();
            Thread.UncaughtExceptionHandler handler = thread.getUncaughtExceptionHandler();
            thread.setUncaughtExceptionHandler((t, error) -> {});
            try {
                action.run();
            } finally {
                thread.setUncaughtExceptionHandler(handler);
            }
        }

        private Flux<String> throwingAt(String where) {
            if (where.equals("subscribe")) {
                return new Flux<>() {
                    @Override
                    public void subscribe(CoreSubscriber<? super String> actual) {
                        throw failure;
                    }
                };
            }
            return where.equals("onError") ? Flux.error(new RuntimeException("seen")) : Flux.just("a");
        }

        private final class Throwing implements CoreSubscriber<String> {

            private final String where;

            Throwing(String where) {
                this.where = where;
            }

            @Override
            public void onSubscribe(Subscription s) {
                throwAt("onSubscribe");
                s.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(String element) {
                throwAt("onNext");
            }

            @Override
            public void onError(Throwable error) {
                throwAt("onError");
            }

            @Override
            public void onComplete() {
                throwAt("onComplete");
            }

            private void throwAt(String place) {
                if (where.equals(place)) {
                    throw failure;
                }
            }
        }
    }

    @Nested
    class Context {

        @Test
        void tellsATaskItsIdNameAttemptTokenAndGroup() {
            TaskGroup group = group(Admission.unlimited(), ErrorPolicy.retry(1, Backoff.none()));
            List<String> seen = new ArrayList<>();
            Mono.deferContextual(context -> {
                        TaskContext task = context.get(TaskContext.class);
                        assertThat(group.runningTasks().get(0).id()).isEqualTo(task.id());
                        assertThat(task.groupName()).isEqualTo(group.name());
                        assertThat(task.cancellationToken().isCancelled()).isFalse();
                        seen.add(task.name() + " " + task.attempt());
                        return seen.size() == 1 ? Mono.error(failure) : Mono.just("shipped");
                    })
                    .transform(trackWith(group, "ship"))
                    .block();
            assertThat(seen).containsExactly("ship 1", "ship 2");
        }

        @Test
        void aTaskThatCancelsItselfCancelsNoOther() {
            TaskGroup group = group();
            Mono.never().transform(trackWith(group)).subscribe();
            StepVerifier.create(Mono.deferContextual(context -> {
                                context.get(TaskContext.class)
                                        .cancellationToken()
                                        .cancel(failure);
                                return Mono.just("shipped");
                            })
                            .transform(trackWith(group)))
                    .expectErrorSatisfies(error -> assertThat(error).hasCause(failure))
                    .verify();
            assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1).with(Outcome.CANCELLED, 1));
        }
    }

    @Test
    void neverMoreThanTheLimitRunAndNeverFewerWhileSomeWait() throws Exception {
        ConcurrencyLimit limit = Admission.concurrency(3);
        TaskGroup group = group(limit, ErrorPolicy.continueOnError());
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch ended = new CountDownLatch(8_000);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int i = 0; i < 8; i++) {
                threads.execute(() -> {
                    for (int j = 0; j < 1_000; j++) {
                        Mono.fromRunnable(() -> {
                                    int now = running.incrementAndGet();
                                    most.accumulateAndGet(now, Math::max);
                                    Thread.onSpinWait();
                                    running.decrementAndGet();
                                })
                                .transform(trackWith(group))
                                .doFinally(signal -> ended.countDown())
                                .subscribe();
                    }
                });
            }
            ended.await();
        } finally {
            threads.shutdown();
        }
        assertThat(most.get()).isLessThanOrEqualTo(3);
        group.closeAndDrain().await();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 8_000));
        assertThat(limit.active()).isZero();
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        TaskGroup group = group();
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith((TaskGroup) null))
                .withMessage("group must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith(group, (TaskOptions) null))
                .withMessage("options must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith(group, (String) null))
                .withMessage("task name must not be null");
        assertThatThrownBy(() -> trackWith(group, " "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("task name must not be blank");
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith(group).apply(null))
                .withMessageContaining("publisher must not be null");
    }
}
