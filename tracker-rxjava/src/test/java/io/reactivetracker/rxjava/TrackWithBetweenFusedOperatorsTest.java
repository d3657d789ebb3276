// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.operators.ConditionalSubscriber;
import io.reactivex.rxjava3.operators.QueueFuseable;
import io.reactivex.rxjava3.processors.UnicastProcessor;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A fused queue outlives its completion, and a consumer may drop it without a cancel. So nothing is fused through a
 * tracked subscription: the source of a counted one runs only while it is counted, and each count comes down.
 */
@SuppressWarnings("CheckReturnValue") // what happens to the subscription is seen in the tracker
class TrackWithBetweenFusedOperatorsTest {

    @RegisterExtension
    final Undeliverable undeliverable = new Undeliverable();

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TestScheduler later = new TestScheduler();
    private final List<String> events = new ArrayList<>();

    private <T> T worked(T element) {
        events.add("work " + element + ", counted " + tracker.size());
        return element;
    }

    /**
     * Closes the tracker, lets the rest of the pipeline run, and looks whether the drain was the last thing to
     * happen.
     */
    private void assertWorkedWhileCounted(String... elements) {
        tracker.drained().onDone(() -> events.add("drained"));
        tracker.close();
        later.advanceTimeBy(1, TimeUnit.MINUTES);
        List<String> expected = new ArrayList<>();
        for (String element : elements) {
            expected.add("work " + element + ", counted 1");
        }
        expected.add("drained");
        assertThat(events).containsExactlyElementsOf(expected);
    }

    @Test
    void isCountedWhileAConcatMapTakesItsElementsOneByOne() {
        Observable.range(1, 4)
                .observeOn(later)
                .map(this::worked)
                .compose(trackWith(tracker))
                .concatMap(n -> Observable.just(n).delay(1, TimeUnit.SECONDS, later))
                .test();
        assertWorkedWhileCounted("1", "2", "3", "4");
    }

    @Test
    void isCountedWhileItsProcessorHasElementsLeft() {
        UnicastProcessor<Integer> source = UnicastProcessor.create();
        TestSubscriber<Integer> subscriber = source.map(this::worked)
                .compose(trackWith(tracker))
                .concatMapIterable(List::of)
                .test(0);
        source.onNext(1);
        source.onNext(2);
        source.onComplete();
        subscriber.request(10);
        subscriber.assertResult(1, 2);
        assertWorkedWhileCounted("1", "2");
    }

    @Test
    void isCountedWhileAFlattenedStreamIsRead() {
        Single.just("file")
                .flattenStreamAsFlowable(file -> Stream.of(1, 2, 3).map(this::worked))
                .compose(trackWith(tracker))
                .observeOn(later)
                .test();
        assertWorkedWhileCounted("1", "2", "3");
    }

    @Test
    void isCountedWhileAFlattenedIterableIsRead() {
        Maybe.just("file")
                .flattenAsObservable(
                        file -> () -> Stream.of(1, 2, 3).map(this::worked).iterator())
                .compose(trackWith(tracker))
                .observeOn(later)
                .test();
        assertWorkedWhileCounted("1", "2", "3");
    }

    @Test
    void isCountedWhileAConcatMapEagerKeepsItsElementsBack() {
        Flowable.range(1, 2)
                .concatMapEager(n -> n == 1
                        ? Flowable.just(0).delay(1, TimeUnit.SECONDS, later)
                        : Flowable.range(1, 3)
                                .observeOn(Schedulers.trampoline())
                                .map(this::worked)
                                .compose(trackWith(tracker)))
                .test();
        assertWorkedWhileCounted("1", "2", "3");
    }

    static Stream<Arguments> consumersThatStopEarly() {
        return Stream.of(
                consumer(
                        "publish, merge, take",
                        it -> it.publish(x -> Flowable.merge(x, x.map(n -> n + 1)))
                                .take(1)),
                consumer("publish, take within", it -> it.publish(x -> x.take(2))),
                consumer("publish, a map that throws", it -> it.publish(x -> x).map(n -> 4 / (2 - n))),
                consumer("publish, a map that throws within", it -> it.publish(x -> x.map(n -> 4 / (2 - n)))),
                consumer(
                        "zipWith a shorter one",
                        it -> it.observeOn(Schedulers.trampoline()).zipWith(Flowable.range(0, 2), Integer::sum)),
                consumer(
                        "concatMapSingle, firstElement",
                        it -> it.observeOn(Schedulers.trampoline())
                                .concatMapSingle(Single::just)
                                .firstElement()
                                .toFlowable()));
    }

    private static Arguments consumer(String what, UnaryOperator<Flowable<Integer>> consumer) {
        return Arguments.of(what, consumer);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("consumersThatStopEarly")
    void isCountedDownWhenItsConsumerStopsEarly(String what, UnaryOperator<Flowable<Integer>> consumer) {
        TestSubscriber<Integer> bare =
                consumer.apply(Flowable.range(0, 5).hide()).test();
        TestSubscriber<Integer> tracked =
                consumer.apply(Flowable.range(0, 5).compose(trackWith(tracker))).test();
        assertThat(tracker.size()).isZero();
        assertThat(tracked.values()).isEqualTo(bare.values());
        assertThat(tracked.isCancelled()).isEqualTo(bare.isCancelled());
    }

    @Test
    void isCountedDownWhenItsSourceFailsAtItsEnd() {
        Iterable<Integer> source = () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                if (next == 1) {
                    throw new IllegalStateException("no end");
                }
                return true;
            }

            @Override
            public Integer next() {
                return ++next;
            }
        };
        TestSubscriber<Integer> subscriber = Flowable.fromIterable(source)
                .compose(trackWith(tracker))
                .observeOn(Schedulers.trampoline())
                .test(1);
        subscriber.assertFailure(IllegalStateException.class, 1);
        assertThat(tracker.size()).isZero();
    }

    @Test
    void upstreamPushesNoElementMoreThanWithoutIt() {
        Flowable<Integer> careless = new Flowable<>() {
            @Override
            protected void subscribeActual(Subscriber<? super Integer> subscriber) {
                subscriber.onSubscribe(new Subscription() {
                    @Override
                    public void request(long n) {}

                    @Override
                    public void cancel() {}
                });
                subscriber.onNext(1);
                subscriber.onNext(2);
            }
        };
        Flowable<Integer> failing = careless.doAfterNext(n -> {
            throw new IllegalStateException("after " + n);
        });
        failing.test().assertFailure(IllegalStateException.class, 1);
        failing.compose(trackWith(tracker)).test().assertFailure(IllegalStateException.class, 1);
        assertThat(tracker.size()).isZero();
    }

    @Test
    void offersNeitherFusionNorConditionalDelivery() {
        List<Object> handedOver = new ArrayList<>();
        new Flowable<Integer>() {
            @Override
            protected void subscribeActual(Subscriber<? super Integer> subscriber) {
                handedOver.add(subscriber);
                Flowable.range(1, 2).subscribe(subscriber);
            }
        }.compose(trackWith(tracker)).filter(n -> n > 1).test().assertResult(2);
        Flowable.range(1, 2)
                .compose(trackWith(tracker))
                .doOnSubscribe(handedOver::add)
                .test()
                .assertResult(1, 2);
        Observable.range(1, 2).compose(trackWith(tracker)).subscribe(new Observer<>() {
            @Override
            public void onSubscribe(Disposable upstream) {
                handedOver.add(upstream);
            }

            @Override
            public void onNext(Integer element) {}

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onComplete() {}
        });
        assertThat(handedOver)
                .hasSize(3)
                .doesNotHaveAnyElementsOfTypes(ConditionalSubscriber.class, QueueFuseable.class);
        assertThat(tracker.size()).isZero();
    }
}
