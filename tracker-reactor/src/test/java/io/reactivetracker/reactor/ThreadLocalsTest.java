// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorRecording.recordAs;
import static io.reactivetracker.reactor.ReactorTracking.cancelWith;
import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.test.ManualRecordStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/**
 * Under automatic context propagation every part of a pipeline sees the thread-locals that it sees without the
 * operators. A signal that they send from another thread sees those of its subscriber.
 */
class ThreadLocalsTest {

    private static final String KEY = "ThreadLocalsTest";
    private static final ThreadLocal<@Nullable String> USER = new ThreadLocal<>();

    private final AtomicInteger captures = new AtomicInteger();

    @BeforeEach
    void propagate() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(new UserAccessor(captures));
        Hooks.enableAutomaticContextPropagation();
        USER.set("main");
    }

    @AfterEach
    void stopPropagating() {
        Hooks.disableAutomaticContextPropagation();
        ContextRegistry.getInstance().removeThreadLocalAccessor(KEY);
        USER.remove();
    }

    @Test
    void aHookThatThrowsWhenTheyAreCapturedLeavesNoTaskOfAGroupBehind() {
        TaskGroup group = TaskGroup.builder("group").build();
        List<Throwable> errors = new ArrayList<>();
        Schedulers.onScheduleHook("broken", action -> {
            throw new IllegalStateException("broken hook");
        });
        try {
            Mono.just(1).transform(trackWith(group)).subscribe(element -> {}, errors::add);
            assertThatThrownBy(() -> ReactorTracking.spawn(group, token -> Mono.just(1)))
                    .hasMessage("broken hook");
        } finally {
            Schedulers.resetOnScheduleHook("broken");
        }
        assertThat(errors).singleElement().asString().contains("broken hook");
        assertThat(group.counts().issued()).isZero();
        assertThat(group.closeAndDrain().isDone()).isTrue();
    }

    /** The tested operators: a pipeline with one is compared with the same pipeline without it. */
    enum Tested {
        TRACK_WITH {
            @Override
            <T> UnaryOperator<Publisher<T>> operator() {
                return trackWith(TaskTracker.create());
            }
        },
        TRACK_WITH_NAME {
            @Override
            <T> UnaryOperator<Publisher<T>> operator() {
                return trackWith(TaskTracker.create(), "ship");
            }
        },
        CANCEL_WITH {
            @Override
            <T> UnaryOperator<Publisher<T>> operator() {
                return cancelWith(CancellationToken.create());
            }
        },
        GROUP {
            @Override
            <T> UnaryOperator<Publisher<T>> operator() {
                return trackWith(TaskGroup.builder("group").build());
            }
        },
        LIMITED_RETRYING_GROUP {
            @Override
            <T> UnaryOperator<Publisher<T>> operator() {
                return trackWith(TaskGroup.builder("group")
                        .admission(Admission.concurrency(1))
                        .onError(ErrorPolicy.retry(1, Backoff.none()))
                        .build());
            }
        },
        RECORD_AS {
            @Override
            <T> UnaryOperator<Publisher<T>> operator() {
                return recordAs(TaskRecorder.<String>create(), "key");
            }
        },
        ALL {
            @Override
            <T> UnaryOperator<Publisher<T>> operator() {
                UnaryOperator<Publisher<T>> recorded = RECORD_AS.operator();
                UnaryOperator<Publisher<T>> grouped = GROUP.operator();
                UnaryOperator<Publisher<T>> cancellable = CANCEL_WITH.operator();
                UnaryOperator<Publisher<T>> tracked = TRACK_WITH.operator();
                return source -> tracked.apply(cancellable.apply(grouped.apply(recorded.apply(source))));
            }
        };

        abstract <T> UnaryOperator<Publisher<T>> operator();

        /** Returns whether the operator passes on all signals of the source as they come, and sends none of its own. */
        boolean isPassedThrough() {
            return this == TRACK_WITH || this == TRACK_WITH_NAME || this == CANCEL_WITH;
        }
    }

    private static final String EMITTED_ELSEWHERE = "emitted by another thread";
    private static final String CREATE = "create";
    private static final String FOREIGN_PUBLISHER = "a publisher that is not Reactor's";
    private static final String FOREIGN_FLUX = "a flux that is not Reactor's";
    private static final String CONTEXT_WRITE = "contextWrite";

    private static final Set<String> RESTORED = Set.of(CREATE, FOREIGN_PUBLISHER, FOREIGN_FLUX, EMITTED_ELSEWHERE);

    /** Assembled while propagation is on: Reactor decides at assembly what it wraps. */
    private static Map<String, Flux<Integer>> sources() {
        return Map.of(
                "range",
                Flux.range(1, 1),
                "just",
                Flux.just(1),
                "empty",
                Flux.empty(),
                "defer",
                Flux.defer(() -> Flux.just(1)),
                "callable",
                Mono.fromCallable(() -> 1).flux(),
                CREATE,
                Flux.<Integer>create(sink -> sink.next(1).complete()),
                FOREIGN_PUBLISHER,
                Flux.from(new Foreign()),
                FOREIGN_FLUX,
                new ForeignFlux(),
                EMITTED_ELSEWHERE,
                Flux.from(new EmittedElsewhere()),
                "a scheduler",
                Mono.fromCallable(() -> 1).subscribeOn(Schedulers.single()).flux());
    }

    private static final Map<String, BiFunction<Flux<Integer>, String, Flux<Integer>>> STEPS = Map.of(
            "nothing",
            (flux, place) -> flux,
            "publishOn",
            (flux, place) -> flux.publishOn(Schedulers.parallel()),
            "subscribeOn",
            (flux, place) -> flux.subscribeOn(Schedulers.parallel()),
            CONTEXT_WRITE,
            (flux, place) -> flux.contextWrite(context -> context.put(KEY, "written " + place)),
            "flatMap",
            (flux, place) -> flux.flatMap(n -> Mono.just(n).hide()),
            "hide",
            (flux, place) -> flux.hide());

    private static final Map<String, BiFunction<Flux<Integer>, Seen, Object>> SUBSCRIBERS = Map.of(
            "subscribe()", (flux, seen) -> flux.subscribe(),
            "subscribe(lambda)", (flux, seen) -> flux.subscribe(n -> seen.at("lambda")),
            "blockLast()", (flux, seen) -> String.valueOf(flux.blockLast()),
            "StepVerifier",
                    (flux, seen) -> StepVerifier.create(flux)
                            .thenConsumeWhile(n -> true)
                            .expectComplete()
                            .verify(Duration.ofMinutes(1)),
            "BaseSubscriber",
                    (flux, seen) -> flux.subscribeWith(new BaseSubscriber<Integer>() {
                        @Override
                        protected void hookOnNext(Integer element) {
                            seen.at("hookOnNext");
                        }
                    }));

    @ParameterizedTest
    @EnumSource(Tested.class)
    void areThoseOfTheSamePipelineWithoutUs(Tested tested) {
        compareAll(tested, source -> Flux.from(tested.<Integer>operator().apply(source)), source -> source);
    }

    @ParameterizedTest
    @EnumSource(Tested.class)
    void areThoseOfTheSameMonoWithoutUs(Tested tested) {
        compareAll(
                tested,
                source -> Mono.fromDirect(source)
                        .transform(tested.<Integer>operator())
                        .flux(),
                source -> Mono.fromDirect(source).flux());
    }

    private static void compareAll(
            Tested tested, UnaryOperator<Flux<Integer>> operator, UnaryOperator<Flux<Integer>> bare) {
        sources()
                .forEach((source, flux) -> STEPS.forEach((before, first) ->
                        STEPS.forEach((after, second) -> SUBSCRIBERS.forEach((subscriber, subscribe) -> {
                            if (isDefined(tested, source, before, after, subscriber)) {
                                assertThat(run(flux, first, operator, second, subscribe))
                                        .as("source: %s, before: %s, after: %s, %s", source, before, after, subscriber)
                                        .isEqualTo(run(flux, first, bare, second, subscribe));
                            }
                        }))));
    }

    /**
     * Returns whether the thread-locals without the operator are defined, and do not depend on the order of signals.
     *
     * <p>Reactor restores thread-locals from the downstream's context around contextWrite, create and publishers that
     * are not its own. If they were not captured in that context, it clears them while this signal lasts in this
     * thread.
     */
    private static boolean isDefined(Tested tested, String source, String before, String after, String subscriber) {
        boolean isScheduled = before.endsWith("On") || after.endsWith("On");
        if (isScheduled && subscriber.endsWith("er")) {
            // A subscriber in a thread of its own: the order of the hand-overs is not defined.
            return false;
        }
        if (source.equals(EMITTED_ELSEWHERE) && (isScheduled || tested == Tested.RECORD_AS || tested == Tested.ALL)) {
            // A scheduler captures those of the thread that hands the work over, the emitting or the requesting one.
            // A recorded end has those of the subscriber.
            return false;
        }
        boolean isRestored = RESTORED.contains(source) || before.equals(CONTEXT_WRITE);
        boolean isCaptured = after.equals(CONTEXT_WRITE) || subscriber.startsWith("block");
        return !isRestored || isCaptured || (tested.isPassedThrough() && !isScheduled);
    }

    private static Map<String, Set<String>> run(
            Flux<Integer> source,
            BiFunction<Flux<Integer>, String, Flux<Integer>> before,
            UnaryOperator<Flux<Integer>> operator,
            BiFunction<Flux<Integer>, String, Flux<Integer>> after,
            BiFunction<Flux<Integer>, Seen, Object> subscriber) {
        Seen seen = new Seen();
        CountDownLatch ended = new CountDownLatch(1);
        Flux<Integer> pipeline = source.transform(seen.watch("source"))
                .transform(flux -> before.apply(flux, "before"))
                .transform(seen.watch("before"))
                .transform(operator)
                .transform(seen.watch("after"))
                .transform(flux -> after.apply(flux, "after"))
                .transform(seen.watch("end"))
                .doFinally(signal -> ended.countDown());
        assertThat(subscriber.apply(pipeline, seen)).isNotNull();
        await(ended);
        return seen.byPlace;
    }

    /** What each part of a pipeline saw. */
    private static final class Seen {

        final ConcurrentMap<String, Set<String>> byPlace = new ConcurrentHashMap<>();

        void at(String place) {
            byPlace.computeIfAbsent(place, key -> new ConcurrentSkipListSet<>()).add(String.valueOf(USER.get()));
        }

        Function<Flux<Integer>, Flux<Integer>> watch(String place) {
            return flux -> flux.doFirst(() -> at(place + " subscribes"))
                    .doOnSubscribe(subscription -> at(place + " onSubscribe"))
                    .doOnRequest(n -> at(place + " request"))
                    .doOnNext(n -> at(place + " onNext"))
                    .doOnTerminate(() -> at(place + " ends"));
        }
    }

    @Test
    void ofAQueuedTaskAreItsOwn() throws InterruptedException {
        List<Function<Seen, Mono<Integer>>> bodies = List.of(
                seen -> Mono.fromCallable(() -> 1).doFirst(() -> seen.at("body")),
                seen -> Mono.just(1).doOnNext(n -> seen.at("body")),
                seen -> Mono.defer(() -> {
                    seen.at("body");
                    return Mono.just(1);
                }));
        for (boolean isInContext : new boolean[] {true, false}) {
            for (Function<Seen, Mono<Integer>> body : bodies) {
                Seen seen = new Seen();
                TaskGroup group = TaskGroup.builder("group")
                        .admission(Admission.concurrency(1))
                        .executor(Runnable::run)
                        .build();
                Sinks.One<Integer> release = Sinks.one();
                release.asMono().transform(trackWith(group)).subscribe();
                USER.set("queued");
                Mono<Integer> queued = body.apply(seen)
                        .transform(trackWith(group))
                        .doOnNext(n -> seen.at("downstream"))
                        .doOnSuccess(n -> seen.at("end"));
                (isInContext ? queued.contextWrite(context -> context.put(KEY, "written")) : queued).subscribe();
                USER.remove();
                inAThreadOf("another", () -> release.tryEmitValue(1));
                String expected = isInContext ? "written" : "queued";
                assertThat(seen.byPlace)
                        .containsOnlyKeys("body", "downstream", "end")
                        .allSatisfy((place, users) -> assertThat(users).containsExactly(expected));
            }
        }
    }

    @Test
    void ofARetryAreThoseOfItsTask() {
        for (Backoff backoff : List.of(Backoff.none(), Backoff.fixed(Duration.ofMillis(1)))) {
            Seen seen = new Seen();
            AtomicInteger attempts = new AtomicInteger();
            TaskGroup group = TaskGroup.builder("group")
                    .onError(ErrorPolicy.retry(2, backoff))
                    .build();
            assertThat(Mono.fromCallable(() -> {
                                seen.at("attempt");
                                if (attempts.incrementAndGet() < 3) {
                                    throw new IllegalStateException("again");
                                }
                                return 1;
                            })
                            .transform(trackWith(group))
                            .doOnNext(n -> seen.at("downstream"))
                            .block(Duration.ofMinutes(1)))
                    .isEqualTo(1);
            assertThat(seen.byPlace)
                    .containsOnlyKeys("attempt", "downstream")
                    .allSatisfy((place, users) -> assertThat(users).containsExactly("main"));
        }
    }

    @Test
    void ofASpawnedTaskThatWaitedAreThoseOfItsSpawner() throws InterruptedException {
        Seen seen = new Seen();
        TaskGroup group = TaskGroup.builder("group")
                .admission(Admission.concurrency(1))
                .executor(Runnable::run)
                .build();
        Sinks.One<Integer> release = Sinks.one();
        spawn(group, release.asMono());
        TaskHandle<Integer> queued = spawn(group, Mono.fromCallable(() -> {
            seen.at("body");
            return 1;
        }));
        inAThreadOf("another", () -> release.tryEmitValue(1));
        assertThat(queued.isFinished()).isTrue();
        assertThat(seen.byPlace).containsOnly(Map.entry("body", Set.of("main")));
    }

    @Test
    void ofACutOffSubscriptionAreThoseOfItsSubscriber() throws InterruptedException {
        for (Kind kind : List.of(Kind.FLUX, Kind.MONO)) {
            Seen seen = new Seen();
            CancellationToken token = CancellationToken.create();
            Publisher<Integer> source = kind == Kind.MONO
                    ? Mono.<Integer>never().doOnCancel(() -> seen.at("upstream"))
                    : Flux.<Integer>never().doOnCancel(() -> seen.at("upstream"));
            Flux.from(ReactorTracking.<Publisher<Integer>>cancelWith(token).apply(source))
                    .doOnError(error -> seen.at("downstream"))
                    .subscribe(n -> {}, error -> seen.at("end"));
            inAThreadOf("another", token::cancel);
            assertThat(seen.byPlace)
                    .containsOnly(
                            Map.entry("upstream", Set.of("main")),
                            Map.entry("downstream", Set.of("main")),
                            Map.entry("end", Set.of("main")));
        }
    }

    @Test
    void ofACancelledGroupsTasksAreThoseOfTheirSubscribers() throws InterruptedException {
        Seen seen = new Seen();
        TaskGroup group =
                TaskGroup.builder("group").admission(Admission.concurrency(1)).build();
        for (String user : List.of("running", "queued")) {
            USER.set(user);
            Flux.never().transform(trackWith(group)).subscribe(n -> {}, error -> seen.at(user));
        }
        inAThreadOf("another", group::cancel);
        assertThat(seen.byPlace)
                .containsOnly(Map.entry("running", Set.of("running")), Map.entry("queued", Set.of("queued")));
    }

    @Test
    void ofARecordedTaskAreItsOwnWhicheverThreadTheStoreAnswersIn() throws InterruptedException {
        for (ManualRecordStore.Step held : ManualRecordStore.Step.values()) {
            Seen seen = new Seen();
            ManualRecordStore<String> store = new ManualRecordStore<>(null);
            TaskRecorder<String> recorder = store.recorder();
            store.hold(held);
            Flux.just(1)
                    .doOnNext(n -> seen.at("upstream"))
                    .transform(recordAs(recorder, "key"))
                    .doOnComplete(() -> seen.at("downstream"))
                    .subscribe(n -> seen.at("element"));
            inAThreadOf("another", store::release);
            assertThat(seen.byPlace)
                    .containsOnly(
                            Map.entry("upstream", Set.of("main")),
                            Map.entry("element", Set.of("main")),
                            Map.entry("downstream", Set.of("main")));
        }
    }

    @Test
    void areNotCapturedWhereTheyAreNotPropagated() {
        Hooks.disableAutomaticContextPropagation();
        captures.set(0);
        for (Tested tested : Tested.values()) {
            assertThat(Flux.just(1)
                            .transform(tested.<Integer>operator())
                            .count()
                            .block(Duration.ofMinutes(1)))
                    .isEqualTo(1);
            assertThat(Mono.just(1).transform(tested.<Integer>operator()).block(Duration.ofMinutes(1)))
                    .isEqualTo(1);
        }
        assertThat(captures).hasValue(0);
    }

    private static void inAThreadOf(String user, Runnable action) throws InterruptedException {
        List<String> afterwards = new ArrayList<>();
        Thread thread = new Thread(() -> {
            USER.set(user);
            action.run();
            afterwards.add(String.valueOf(USER.get()));
        });
        thread.start();
        thread.join();
        assertThat(afterwards).as("the thread keeps its own").containsExactly(user);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** Counts the reads of the thread-local; each capture reads it once. */
    private record UserAccessor(AtomicInteger captures) implements ThreadLocalAccessor<String> {

        @Override
        public Object key() {
            return KEY;
        }

        @Override
        public @Nullable String getValue() {
            captures.incrementAndGet();
            return USER.get();
        }

        @Override
        public void setValue(String value) {
            USER.set(value);
        }

        @Override
        public void setValue() {
            USER.remove();
        }
    }

    private static final class Foreign implements Publisher<Integer> {
        @Override
        public void subscribe(Subscriber<? super Integer> subscriber) {
            subscriber.onSubscribe(new One(subscriber));
        }
    }

    private static final class ForeignFlux extends Flux<Integer> {
        @Override
        public void subscribe(CoreSubscriber<? super Integer> subscriber) {
            subscriber.onSubscribe(new One(subscriber));
        }
    }

    private static final class EmittedElsewhere implements Publisher<Integer> {
        @Override
        public void subscribe(Subscriber<? super Integer> subscriber) {
            subscriber.onSubscribe(new One(subscriber) {
                @Override
                public void request(long n) {
                    Thread thread = new Thread(() -> {
                        USER.set("emitter");
                        super.request(n);
                    });
                    thread.start();
                }
            });
        }
    }

    private static class One implements Subscription {

        private final Subscriber<? super Integer> subscriber;
        private boolean requested;

        One(Subscriber<? super Integer> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long n) {
            if (!requested) {
                requested = true;
                subscriber.onNext(1);
                subscriber.onComplete();
            }
        }

        @Override
        public void cancel() {}
    }
}
