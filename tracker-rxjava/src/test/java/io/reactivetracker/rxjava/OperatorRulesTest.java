// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.exceptions.ProtocolViolationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * What RxJava asks of an operator, asked of each of ours, over each type: a source or a downstream that breaks the
 * rules neither makes us break one, nor leaves a task counted, nor is what it says swallowed.
 */
class OperatorRulesTest {

    @RegisterExtension
    final Undeliverable undeliverable = new Undeliverable();

    private final TaskTracker tracker = TaskTracker.create("rules");
    private final CancellationToken token = CancellationToken.create();
    private final TaskGroup group = group(ErrorPolicy.continueOnError());
    private final TaskGroup retrying = group(ErrorPolicy.retry(1, Backoff.none()));
    private final TaskRecorder<String> recorder = TaskRecorder.create();
    private final RuntimeException failure = new IllegalStateException("the first");
    private final RuntimeException secondFailure = new IllegalStateException("the second");

    private @Nullable RecordingSubscriber downstream;
    private ScriptedSource.@Nullable Signals upstream;

    private static TaskGroup group(ErrorPolicy policy) {
        return TaskGroup.builder("rules")
                .executor(Runnable::run)
                .onError(policy)
                .build();
    }

    enum Operator {
        TRACK_WITH {
            @Override
            TrackTransformer<String> of(OperatorRulesTest test) {
                return RxTracking.trackWith(test.tracker);
            }
        },
        CANCEL_WITH {
            @Override
            TrackTransformer<String> of(OperatorRulesTest test) {
                return RxTracking.cancelWith(test.token);
            }
        },
        TRACK_IN_GROUP {
            @Override
            TrackTransformer<String> of(OperatorRulesTest test) {
                return RxTracking.trackWith(test.group);
            }
        },
        TRACK_IN_RETRYING_GROUP {
            @Override
            TrackTransformer<String> of(OperatorRulesTest test) {
                return RxTracking.trackWith(test.retrying);
            }
        },
        RECORD_AS {
            @Override
            TrackTransformer<String> of(OperatorRulesTest test) {
                return RxRecording.recordAs(test.recorder, "key");
            }
        };

        abstract TrackTransformer<String> of(OperatorRulesTest test);
    }

    static Stream<Arguments> everyOperatorAndKind() {
        return Stream.of(Operator.values())
                .flatMap(operator -> Stream.of(Kind.values()).map(kind -> Arguments.of(operator, kind)));
    }

    /** Without those that RxJava's own retry stands in: it says nothing of an error that comes too late. */
    static Stream<Arguments> everyOperatorAndKindWithoutRetry() {
        return everyOperatorAndKind().filter(arguments -> arguments.get()[0] != Operator.TRACK_IN_RETRYING_GROUP);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(tracker.size()).isZero();
        for (TaskGroup each : List.of(group, retrying)) {
            assertThat(each.counts().pending()).isZero();
            assertThat(each.closeAndDrain().isDone()).isTrue();
        }
        assertThat(recorder.counts().join()).containsEntry(TaskStatus.RUNNING, 0L);
    }

    /**
     * Subscribes through an operator to a source that has given its subscription, and lets the downstream behave so.
     */
    private ScriptedSource subscribe(
            Operator operator, Kind kind, @Nullable RuntimeException cancelFailure, Consumer<String> behaviour) {
        RecordingSubscriber subscriber = new RecordingSubscriber(tracker, behaviour);
        downstream = subscriber;
        ScriptedSource source = new ScriptedSource(
                tracker,
                (it, script) -> {
                    upstream = it;
                    it.onSubscribe();
                },
                null,
                cancelFailure);
        source.subscribe(kind, operator.of(this), subscriber);
        return source;
    }

    private RecordingSubscriber downstream() {
        return Objects.requireNonNull(downstream);
    }

    private ScriptedSource.Signals upstream() {
        return Objects.requireNonNull(upstream);
    }

    private static void assertCancelledOnce(ScriptedSource source) {
        assertThat(source.sizesWhenCancelled).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("everyOperatorAndKind")
    void aSecondSubscriptionIsCancelledAndReported(Operator operator, Kind kind) {
        ScriptedSource source = subscribe(operator, kind, null, signal -> {});
        upstream().onSubscribe();
        assertCancelledOnce(source);
        assertThat(undeliverable.take())
                .singleElement()
                .satisfies(reported -> assertThat(reported)
                        .isInstanceOf(ProtocolViolationException.class)
                        .hasMessageEndingWith(" already set!"));
        upstream().onNext("a");
        upstream().onComplete();
        assertThat(downstream().signals).containsOnlyOnce("onSubscribe").containsOnlyOnce("onComplete");
    }

    @ParameterizedTest
    @MethodSource("everyOperatorAndKind")
    void theUpstreamIsCancelledOnceHoweverOftenTheDownstreamCancels(Operator operator, Kind kind) {
        ScriptedSource source = subscribe(operator, kind, null, signal -> {});
        source.whenCancelled = downstream()::cancel;
        downstream().cancel();
        downstream().cancel();
        token.cancel();
        group.cancel();
        retrying.cancel();
        assertCancelledOnce(source);
        assertThat(downstream().signals).containsExactly("onSubscribe");
    }

    @ParameterizedTest
    @EnumSource
    void aTaskOfAGroupIsNotOverBeforeItsUpstreamIsCancelled(Kind kind) {
        ScriptedSource source = subscribe(Operator.TRACK_IN_GROUP, kind, null, signal -> {});
        List<Long> pending = new ArrayList<>();
        source.whenCancelled = () -> {
            downstream().cancel();
            pending.add(group.counts().pending());
        };
        downstream().cancel();
        assertThat(pending).containsExactly(1L);
    }

    @ParameterizedTest
    @MethodSource("everyOperatorAndKind")
    void aDownstreamMayCancelInOnSubscribe(Operator operator, Kind kind) {
        ScriptedSource source =
                subscribe(operator, kind, null, signal -> downstream().cancel());
        assertThat(source.sizesWhenCancelled).hasSizeLessThanOrEqualTo(1);
        assertThat(downstream().signals).containsExactly("onSubscribe");
    }

    @ParameterizedTest
    @MethodSource("everyOperatorAndKindWithoutRetry")
    void anErrorAfterTheEndIsUndeliverable(Operator operator, Kind kind) {
        subscribe(operator, kind, null, signal -> {});
        upstream().onNext("a");
        upstream().onComplete();
        upstream().onComplete();
        upstream().onError(failure);
        assertThat(downstream().signals).containsOnlyOnce("onComplete").doesNotContain("onError");
        assertThat(undeliverable.take()).containsExactly(failure);
    }

    @ParameterizedTest
    @MethodSource("everyOperatorAndKindWithoutRetry")
    void anErrorAfterACancelIsNotSwallowed(Operator operator, Kind kind) {
        subscribe(operator, kind, null, signal -> {});
        downstream().cancel();
        upstream().onError(failure);
        List<Throwable> accounted = new ArrayList<>(undeliverable.take());
        accounted.addAll(downstream().errors);
        assertThat(accounted).containsExactly(failure);
    }

    @ParameterizedTest
    @MethodSource("everyOperatorAndKind")
    void aDownstreamThatThrowsInOnSubscribeLeavesNothingBehind(Operator operator, Kind kind) {
        Throwable thrown = catchThrowable(() -> subscribe(operator, kind, null, signal -> {
            throw failure;
        }));
        List<Throwable> accounted = new ArrayList<>(undeliverable.take());
        if (thrown != null) {
            accounted.add(thrown.getCause() == null ? thrown : thrown.getCause());
        }
        accounted.addAll(downstream().errors);
        assertThat(accounted).contains(failure);
        token.cancel();
    }

    @ParameterizedTest
    @MethodSource("everyOperatorAndKind")
    void aDownstreamThatThrowsAtItsEndLeavesNothingBehind(Operator operator, Kind kind) {
        subscribe(operator, kind, null, signal -> {
            if (signal.equals("onError")) {
                throw secondFailure;
            }
        });
        Throwable thrown = catchThrowable(() -> {
            upstream().onError(failure);
            // The second attempt of what is retried.
            upstream().onError(failure);
        });
        List<Throwable> accounted = new ArrayList<>(undeliverable.take());
        if (thrown != null) {
            accounted.add(thrown);
        }
        assertThat(accounted).isNotEmpty();
        assertThat(downstream().errors).containsExactly(failure);
    }

    @ParameterizedTest
    @MethodSource("everyOperatorAndKind")
    void aSourceThatThrowsWhenItIsCancelledLeavesNothingBehind(Operator operator, Kind kind) {
        ScriptedSource source = subscribe(operator, kind, failure, signal -> {});
        Throwable thrown = catchThrowable(downstream()::cancel);
        List<Throwable> accounted = new ArrayList<>(undeliverable.take());
        if (thrown != null) {
            accounted.add(thrown);
        }
        assertThat(accounted).contains(failure);
        assertCancelledOnce(source);
    }

    @ParameterizedTest
    @EnumSource
    void aTokenMayBeCancelledWhileTheDownstreamIsGivenItsSubscription(Kind kind) {
        ScriptedSource source = subscribe(Operator.CANCEL_WITH, kind, null, signal -> {
            if (signal.equals("onSubscribe")) {
                token.cancel(secondFailure);
            }
        });
        assertCancelledOnce(source);
        assertThat(downstream().errors)
                .singleElement()
                .isInstanceOf(TaskCancelledException.class)
                .extracting(Throwable::getCause)
                .isSameAs(secondFailure);
        upstream().onNext("late");
        upstream().onError(failure);
        assertThat(downstream().signals).containsExactly("onSubscribe", "onError");
        assertThat(undeliverable.take()).containsExactly(failure);
    }

    @ParameterizedTest
    @EnumSource
    void aTaskOfAGroupThatDiesOfAnErrorHasFailed(Kind kind) {
        LinkageError fatal = new LinkageError("fatal");
        RecordingSubscriber subscriber = new RecordingSubscriber(tracker, signal -> {});
        ScriptedSource source = new ScriptedSource(tracker, (it, script) -> {
            it.onSubscribe();
            throw fatal;
        });
        assertThat(catchThrowable(() -> source.subscribe(kind, RxTracking.trackWith(group), subscriber)))
                .isSameAs(fatal);
        assertThat(group.counts().failed()).isOne();
        assertCancelledOnce(source);
    }

    @ParameterizedTest
    @MethodSource("everyOperatorAndKind")
    void aSourceThatThrowsInSubscribeLeavesNothingBehind(Operator operator, Kind kind) {
        for (boolean hasBegun : new boolean[] {false, true}) {
            RecordingSubscriber subscriber = new RecordingSubscriber(tracker, signal -> {});
            ScriptedSource source = new ScriptedSource(tracker, (it, script) -> {
                if (hasBegun) {
                    it.onSubscribe();
                }
                throw failure;
            });
            Throwable thrown = catchThrowable(() -> source.subscribe(kind, operator.of(this), subscriber));
            List<Throwable> accounted = new ArrayList<>(undeliverable.take());
            if (thrown != null) {
                accounted.add(thrown);
            }
            accounted.addAll(subscriber.errors);
            // RxJava puts its own around it, once for each of its conversions.
            assertThat(accounted).anyMatch(error -> causes(error).anyMatch(failure::equals));
            assertThat(source.sizesWhenCancelled).hasSize(hasBegun ? 1 : 0);
        }
    }

    @Test
    void aTaskOfAGroupWhoseSourceThrowsInSubscribeFailsAndSaysSo() {
        Flowable<String> source = new Flowable<>() {
            @Override
            protected void subscribeActual(Subscriber<? super String> subscriber) {
                throw failure;
            }
        };
        for (TaskGroup each : List.of(group, retrying)) {
            source.compose(RxTracking.trackWith(each)).test().assertError(error -> failure.equals(error.getCause()));
            assertThat(each.counts().failed()).isOne();
        }
        RxTracking.defer(group, TaskOptions.defaults(), task -> nothing())
                .test()
                .assertError(NullPointerException.class);
        assertThat(group.counts().failed()).isEqualTo(2);
        assertThat(undeliverable.take()).containsOnly(failure);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotPositiveToRequestIsRefusedAsRxJavaRefusesIt(Operator operator) {
        for (long n : new long[] {0, -1, Long.MIN_VALUE}) {
            List<Long> requested = new ArrayList<>();
            List<Subscription> subscriptions = new ArrayList<>();
            Flowable.<String>never()
                    .doOnRequest(requested::add)
                    .hide()
                    .compose(operator.of(this))
                    .subscribe(new FlowableSubscriber<>() {
                        @Override
                        public void onSubscribe(Subscription subscription) {
                            subscriptions.add(subscription);
                            subscription.request(n);
                        }

                        @Override
                        public void onNext(String element) {}

                        @Override
                        public void onError(Throwable error) {}

                        @Override
                        public void onComplete() {}
                    });
            assertThat(requested).noneMatch(each -> each > 0);
            subscriptions.get(0).cancel();
            undeliverable.take();
        }
    }

    @Test
    void anAttemptWhoseContinuationThrowsOrIsNullFailsTheTask() {
        RuntimeException broken = new IllegalStateException("no other way");
        TaskGroup throwing = group(ErrorPolicy.resumeWith(1, task -> {
            throw broken;
        }));
        Flowable.error(failure).compose(RxTracking.trackWith(throwing)).test().assertError(broken);
        TaskGroup without = group(ErrorPolicy.resumeWith(1, task -> nothing()));
        Flowable.error(failure)
                .compose(RxTracking.trackWith(without))
                .test()
                .assertError(error -> error.toString().contains("null"));
        for (TaskGroup each : List.of(throwing, without)) {
            assertThat(each.counts().failed()).isOne();
            assertThat(each.counts().pending()).isZero();
        }
    }

    private static Stream<Throwable> causes(Throwable error) {
        return Stream.iterate(error, Objects::nonNull, Throwable::getCause);
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // against the rules
    private static <X> X nothing() {
        return null;
    }
}
