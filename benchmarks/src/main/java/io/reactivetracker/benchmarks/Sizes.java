// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.TaskRecorder;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.GraphLayout;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Sizes of objects by JOL, and of a million live tasks by heap usage. */
final class Sizes {

    static final String PER_TASK = "each of 1,000,000 live `Mono.never().subscribe()`: added by `trackWith(tracker)`";

    static final String PER_GROUP_TASK = "the same: added by `trackWith(group)`";
    private static final int TASKS = 1_000_000;
    private static final int RECORDS = 100_000;

    private Sizes() {}

    /** Bytes by owner. */
    static Map<String, Double> measure() {
        Map<String, Double> sizes = new LinkedHashMap<>();
        TaskTracker tracker = TaskTracker.create("orders");
        Mono<Integer> never = Mono.never();
        sizes.put("`TaskTracker`, empty, with all that it refers to", (double)
                GraphLayout.parseInstance(tracker).totalSize());
        sizes.put("`TaskToken`", sizeOf(tracker.token()));
        sizes.put("subscriber of the smallest operator", subscription(Through.with(never, PassThrough::new)));
        sizes.put("subscriber of `trackWith(tracker)` on a `Mono`", subscription(never.transform(trackWith(tracker))));
        sizes.put(
                "subscriber of `trackWith(tracker)` on a `Flux`",
                subscription(Flux.<Integer>never().transform(trackWith(tracker))));
        sizes.put("subscriber of `doFinally` on a `Mono`", subscription(never.doFinally(signal -> {})));
        GroupTask task = GroupTask.issue(TaskGroup.builder("group").build(), TaskOptions.defaults(), () -> null);
        sizes.put("`GroupTask`, without its name", sizeOf(task));

        sizes.put(
                "`TaskRecorder` in memory: each of 100,000 keys that have succeeded, without the key itself",
                perRecord());

        TaskGroup group = TaskGroup.builder("group").build();
        double untracked = perSubscription(() -> never);
        sizes.put("each of 1,000,000 live `Mono.never().subscribe()`, untracked", untracked);
        sizes.put(PER_TASK, perSubscription(() -> Mono.from(never.transform(trackWith(tracker)))) - untracked);
        sizes.put(
                "the same: added by `trackWith(tracker, \"name\")`",
                perSubscription(() -> Mono.from(never.transform(trackWith(tracker, "name")))) - untracked);
        sizes.put(PER_GROUP_TASK, perSubscription(() -> Mono.from(never.transform(trackWith(group)))) - untracked);
        sizes.put("the same: added by `doFinally`", perSubscription(() -> never.doFinally(signal -> {})) - untracked);
        return sizes;
    }

    private static double perRecord() {
        Long[] keys = new Long[RECORDS];
        TaskRecorder<Long> recorder = TaskRecorder.create();
        long before = GraphLayout.parseInstance(recorder).totalSize();
        for (int i = 0; i < RECORDS; i++) {
            keys[i] = 1_000L + i;
            recorder.begin(keys[i], RecordOptions.defaults()).join().succeed().join();
        }
        long after = GraphLayout.parseInstance(recorder).totalSize();
        return (double) (after - before) / RECORDS - sizeOf(keys[0]);
    }

    private static double sizeOf(Object object) {
        return ClassLayout.parseInstance(object).instanceSize();
    }

    private static double subscription(Publisher<Integer> pipeline) {
        Keeper keeper = new Keeper();
        pipeline.subscribe(keeper);
        return sizeOf(keeper.upstream);
    }

    private static double perSubscription(Supplier<Mono<Integer>> pipeline) {
        Mono<Integer> mono = pipeline.get();
        Object[] alive = new Object[TASKS];
        mono.subscribe().dispose();
        long before = usedHeap();
        for (int i = 0; i < TASKS; i++) {
            alive[i] = mono.subscribe();
        }
        double each = Math.rint((double) (usedHeap() - before) / TASKS);
        for (int i = 0; i < TASKS; i++) {
            ((Disposable) alive[i]).dispose();
        }
        return each;
    }

    @SuppressWarnings("ExplicitGC") // heap usage is meaningful only after that
    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Keeps its subscription, so that its size can be measured. */
    private static final class Keeper implements CoreSubscriber<Integer> {

        private Subscription upstream;

        @Override
        public void onSubscribe(Subscription s) {
            upstream = s;
        }

        @Override
        public void onNext(Integer element) {}

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onComplete() {}
    }
}
