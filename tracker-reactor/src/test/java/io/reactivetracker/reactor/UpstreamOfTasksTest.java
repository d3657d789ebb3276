// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorRecording.recordAs;
import static io.reactivetracker.reactor.ReactorTracking.cancelWith;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Sinks;

/** The demand that reaches the upstream of a task of each kind; and that the upstream is cancelled once. */
class UpstreamOfTasksTest {

    private final TaskTracker tracker = TaskTracker.create("tasks");
    private final TaskGroup group =
            TaskGroup.builder("group").executor(Runnable::run).build();
    private final List<String> requestsAndCancels = new ArrayList<>();

    @BeforeEach
    void ignoreWhatIsDropped() {
        Hooks.onErrorDropped(error -> {});
        Hooks.onNextDropped(element -> {});
    }

    @AfterEach
    void logWhatIsDropped() {
        Hooks.resetOnErrorDropped();
        Hooks.resetOnNextDropped();
    }

    private Stream<Function<Publisher<Integer>, Publisher<Integer>>> operators() {
        return Stream.of(
                trackWith(tracker),
                cancelWith(CancellationToken.create()),
                trackWith(group),
                recordAs(TaskRecorder.<String>create(), "key"));
    }

    @TestFactory
    Stream<DynamicTest> aDownstreamThatThrowsHasTheUpstreamCancelledOnce() {
        return operators()
                .map(operator -> DynamicTest.dynamicTest(operator.getClass().getSimpleName(), () -> {
                    requestsAndCancels.clear();
                    Flux<Integer> flux = Flux.from(operator.apply(new EmitsOnRequest()));
                    assertThatThrownBy(() -> flux.subscribe(new BaseSubscriber<>() {
                                @Override
                                protected void hookOnNext(Integer element) {
                                    throw new LinkageError("the downstream fails");
                                }
                            }))
                            .isInstanceOf(LinkageError.class);
                    assertThat(requestsAndCancels).containsOnlyOnce("cancel");
                }));
    }

    @TestFactory
    Stream<DynamicTest> aDownstreamThatCancelsWhileItIsServedHasTheUpstreamCancelledOnce() {
        return operators()
                .map(operator -> DynamicTest.dynamicTest(operator.getClass().getSimpleName(), () -> {
                    requestsAndCancels.clear();
                    Flux.from(operator.apply(new EmitsOnRequest()))
                            .take(1, false)
                            .subscribe();
                    assertThat(requestsAndCancels).containsExactly("request", "cancel");
                }));
    }

    @Test
    void aRecordedTaskThatWasCancelledCancelsAnUpstreamThatAnswersTheSubscriptionLater() {
        AtomicReference<@Nullable CoreSubscriber<? super Integer>> later = new AtomicReference<>();
        Flux<Integer> answersLater = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Integer> actual) {
                later.set(actual);
            }
        };
        answersLater
                .transform(recordAs(TaskRecorder.<String>create(), "key"))
                .subscribe()
                .dispose();

        CoreSubscriber<? super Integer> subscriber = Objects.requireNonNull(later.get());
        subscriber.onSubscribe(new Answer(subscriber));

        assertThat(requestsAndCancels).containsExactly("cancel");
    }

    @Test
    void aRecordedTaskWhoseFirstRequestThrowsFailsAndTellsEvenIfAnOperatorUpstreamKeepsThatToItself() {
        TaskRecorder<String> recorder = TaskRecorder.create();
        Flux<Integer> keepsToItself = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Integer> actual) {
                try {
                    actual.onSubscribe(new Answer(actual) {
                        @Override
                        public void request(long n) {
                            throw new IllegalStateException("the source fails");
                        }
                    });
                } catch (IllegalStateException kept) {
                    // Not passed on.
                }
            }
        };
        List<Throwable> errors = new ArrayList<>();
        keepsToItself.transform(recordAs(recorder, "key")).subscribe(element -> {}, errors::add);

        assertThat(errors).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(recorder.status("key").join()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void aTaskOfAGroupWhoseFirstRequestThrowsHasItsUpstreamCancelledOnce() {
        Flux<Integer> task = new EmitsOnRequest().transform(trackWith(group));
        assertThatThrownBy(() -> task.subscribe(new BaseSubscriber<>() {
                    @Override
                    protected void hookOnNext(Integer element) {
                        cancel();
                        throw new LinkageError("the downstream fails");
                    }
                }))
                .isInstanceOf(LinkageError.class);
        assertThat(requestsAndCancels).containsOnlyOnce("cancel");
    }

    @Test
    void whatIsNotPositiveIsNoDemandBeforeATaskIsAdmitted() {
        TaskGroup one = TaskGroup.builder("one")
                .executor(Runnable::run)
                .admission(Admission.concurrency(1))
                .build();
        Sinks.Empty<Integer> first = Sinks.empty();
        first.asMono().transform(trackWith(one)).subscribe();
        BaseSubscriber<Integer> waiting = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(-1);
            }
        };
        new EmitsOnRequest().transform(trackWith(one)).subscribe(waiting);

        first.tryEmitEmpty().orThrow();

        assertThat(requestsAndCancels).isEmpty();
        waiting.cancel();
    }

    @Test
    void aTaskThatWasRetriedDiscardsNothingOfItsOwnWhenItIsCancelled() {
        TaskGroup retries = TaskGroup.builder("retries")
                .executor(Runnable::run)
                .onError(ErrorPolicy.retry(1, Backoff.none()))
                .build();
        List<Object> discarded = new ArrayList<>();
        AtomicLong attempts = new AtomicLong();
        Flux.defer(() -> attempts.getAndIncrement() == 0
                        ? Flux.<Integer>error(new IllegalStateException("the first attempt fails"))
                        : Flux.never())
                .transform(trackWith(retries))
                .doOnDiscard(Object.class, discarded::add)
                .subscribe()
                .dispose();

        assertThat(attempts).hasValue(2);
        assertThat(discarded).noneMatch(Integer.class::isInstance);
    }

    @Test
    void aTaskIsCountedUntilItsUpstreamIsCancelledWhenTheSubscriptionFailsFatally() {
        AtomicLong counted = new AtomicLong(-1);
        Flux<Integer> fails = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Integer> actual) {
                actual.onSubscribe(new Answer(actual) {
                    @Override
                    public void cancel() {
                        counted.set(tracker.size());
                    }
                });
                throw new LinkageError("the source fails");
            }
        };
        try {
            fails.transform(trackWith(tracker)).subscribe();
        } catch (LinkageError expected) {
            // As without trackWith.
        }
        assertThat(counted).hasValue(1);
        assertThat(tracker.size()).isZero();
    }

    @Test
    void aRecordEndsIfTheFirstRequestThrowsWhenTheSourceAnswersLater() {
        TaskRecorder<String> recorder = TaskRecorder.create();
        AtomicReference<@Nullable CoreSubscriber<? super Integer>> waiting = new AtomicReference<>();
        Flux<Integer> later = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Integer> actual) {
                waiting.set(actual);
            }
        };
        later.transform(recordAs(recorder, "key")).subscribe();
        assertThat(recorder.status("key").join()).isEqualTo(TaskStatus.RUNNING);
        CoreSubscriber<? super Integer> subscriber = Objects.requireNonNull(waiting.get());
        assertThatThrownBy(() -> subscriber.onSubscribe(new Answer(subscriber) {
                    @Override
                    public void request(long n) {
                        throw new LinkageError("the source fails");
                    }
                }))
                .isInstanceOf(LinkageError.class);
        assertThat(recorder.status("key").join()).isEqualTo(TaskStatus.FAILED);
        assertThat(requestsAndCancels).containsExactly("cancel");
    }

    /** Emits two elements at each request, whatever the demand. */
    private final class EmitsOnRequest extends Flux<Integer> {
        @Override
        public void subscribe(CoreSubscriber<? super Integer> actual) {
            actual.onSubscribe(new Answer(actual));
        }
    }

    private class Answer implements Subscription {

        private final CoreSubscriber<? super Integer> actual;

        Answer(CoreSubscriber<? super Integer> actual) {
            this.actual = actual;
        }

        @Override
        public void request(long n) {
            requestsAndCancels.add("request");
            actual.onNext(1);
            actual.onNext(2);
        }

        @Override
        public void cancel() {
            requestsAndCancels.add("cancel");
        }
    }
}
