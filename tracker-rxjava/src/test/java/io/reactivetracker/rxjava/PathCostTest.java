// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxRecording.recordAs;
import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.ClassLayout;
import org.reactivestreams.Subscription;

/** What tracking costs that no noise can touch: bytes per subscription and per element. */
class PathCostTest {

    /** Few enough that the compiler does not yet see that an object never leaves its method, and spare it. */
    private static final int ROUNDS = 50;

    /** The least of several counts: what the virtual machine itself makes now and then is in the others. */
    private static final int COUNTS = 10;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final TaskTracker tracker = TaskTracker.create("costs");

    private long bytesPerSubscription(Flowable<?> flowable) {
        long least = Long.MAX_VALUE;
        for (int count = 0; count < COUNTS; count++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                flowable.subscribe(new Everything());
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least / ROUNDS;
    }

    @Test
    void aTrackedSubscriptionIsOneSmallObjectMore() {
        Flowable<String> source = Flowable.fromArray(elements(2)).hide();
        long one = ClassLayout.parseClass(TrackWithOperator.FlowableTask.class).instanceSize();
        assertThat(one).isLessThanOrEqualTo(32);
        assertThat(bytesPerSubscription(source.compose(trackWith(tracker))) - bytesPerSubscription(source))
                .isEqualTo(one);
        assertThat(ClassLayout.parseClass(TrackWithOperator.ObservableTask.class)
                        .instanceSize())
                .isLessThanOrEqualTo(32);
    }

    @Test
    void itIsNoMoreThanCountingByHand() {
        AtomicLong count = new AtomicLong();
        Flowable<String> source = Flowable.fromArray(elements(2)).hide();
        long byHand = bytesPerSubscription(
                source.doOnSubscribe(s -> count.incrementAndGet()).doFinally(count::decrementAndGet));
        assertThat(bytesPerSubscription(source.compose(trackWith(tracker)))).isLessThanOrEqualTo(byHand);
    }

    @Test
    void anElementCostsNothing() {
        Flowable<String> two = Flowable.fromArray(elements(2));
        Flowable<String> many = Flowable.fromArray(elements(1_002));
        assertThat(bytesPerSubscription(many.compose(trackWith(tracker))))
                .isEqualTo(bytesPerSubscription(two.compose(trackWith(tracker))));
    }

    /** As many as there are subscriptions, made before any is counted. */
    private static final List<String> KEYS =
            IntStream.range(0, ROUNDS * COUNTS).mapToObj(i -> "payment-" + i).toList();

    /** Of one subscription to each, so that each can be a task of a key of its own. */
    private <P> long bytesPerSubscription(IntFunction<P> pipelines, Consumer<P> subscribe) {
        List<P> assembled =
                IntStream.range(0, ROUNDS * COUNTS).mapToObj(pipelines).toList();
        long least = Long.MAX_VALUE;
        for (int count = 0; count < COUNTS; count++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                subscribe.accept(assembled.get(count * ROUNDS + i));
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least / ROUNDS;
    }

    @Test
    void aRecordedSubscriptionTakesNoMoreThanIsKnown() {
        // Of these, 64 stay: the record and the map's place for it. What a change adds should be seen here.
        Flowable<String> flowable = Flowable.fromArray(elements(2)).hide();
        TaskRecorder<String> ofFlowables = TaskRecorder.create();
        Consumer<Flowable<String>> toFlowable = it -> it.subscribe(new Everything());
        long bareFlowable = bytesPerSubscription(i -> flowable, toFlowable);
        long recordedFlowable =
                bytesPerSubscription(i -> flowable.compose(recordAs(ofFlowables, KEYS.get(i))), toFlowable);
        assertThat(recordedFlowable - bareFlowable).isLessThanOrEqualTo(720);
        Single<String> single = Single.just("element").hide();
        TaskRecorder<String> ofSingles = TaskRecorder.create();
        Consumer<Single<String>> toSingle = it -> it.subscribe(new Everything());
        long bareSingle = bytesPerSubscription(i -> single, toSingle);
        long recordedSingle = bytesPerSubscription(i -> single.compose(recordAs(ofSingles, KEYS.get(i))), toSingle);
        assertThat(recordedSingle - bareSingle).isLessThanOrEqualTo(712);
        assertThat(ofFlowables.counts().join()).containsEntry(TaskStatus.SUCCEEDED, (long) KEYS.size());
        assertThat(ofSingles.counts().join()).containsEntry(TaskStatus.SUCCEEDED, (long) KEYS.size());
    }

    @Test
    void anElementOfARecordedFlowableCostsNothing() {
        Flowable<String> two = Flowable.fromArray(elements(2));
        Flowable<String> many = Flowable.fromArray(elements(1_002));
        TaskRecorder<String> ofTwo = TaskRecorder.create();
        TaskRecorder<String> ofMany = TaskRecorder.create();
        Consumer<Flowable<String>> subscribe = it -> it.subscribe(new Everything());
        assertThat(bytesPerSubscription(i -> many.compose(recordAs(ofMany, KEYS.get(i))), subscribe))
                .isEqualTo(bytesPerSubscription(i -> two.compose(recordAs(ofTwo, KEYS.get(i))), subscribe));
    }

    private static String[] elements(int number) {
        String[] elements = new String[number];
        Arrays.fill(elements, "element");
        return elements;
    }

    /** Takes all there is. */
    private static final class Everything implements FlowableSubscriber<Object>, SingleObserver<Object> {

        @Override
        public void onSubscribe(Disposable d) {}

        @Override
        public void onSuccess(Object element) {}

        @Override
        public void onSubscribe(Subscription s) {
            s.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Object element) {}

        @Override
        public void onError(Throwable error) {
            throw new AssertionError(error);
        }

        @Override
        public void onComplete() {}
    }
}
