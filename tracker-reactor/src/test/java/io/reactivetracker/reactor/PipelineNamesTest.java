// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/** How {@code trackWith} finds the name of a pipeline. */
class PipelineNamesTest {

    private static final int LENGTH = 100;

    private final TaskTracker tracker = TaskTracker.create("names");
    private final TaskGroup group = TaskGroup.builder("names").build();
    private final AtomicInteger asked = new AtomicInteger();

    enum Owner {
        TRACKER,
        GROUP
    }

    @ParameterizedTest
    @EnumSource
    void asksEachStepOnceWhereAllAreTracked(Owner owner) {
        build(owner, Flux.never());
        assertThat(asked.get()).isEqualTo(LENGTH);
        asked.set(0);
        build(owner, Mono.never());
        assertThat(asked.get()).isEqualTo(LENGTH);
    }

    @ParameterizedTest
    @EnumSource
    void asksEachStepOnceWhereThePipelineHasAName(Owner owner) {
        build(owner, Flux.never().name("orders"));
        assertThat(asked.get()).isEqualTo(LENGTH);
        asked.set(0);
        build(owner, Mono.never().name("orders"));
        assertThat(asked.get()).isEqualTo(LENGTH);
    }

    @ParameterizedTest
    @EnumSource
    void doesNotLookForANameIfTheTaskHasOne(Owner owner) {
        asked(Flux.never()).transform(trackWith(owner, TaskOptions.named("ship")));
        assertThat(asked.get()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void givesTheNameOfThePipelineToEachTrackedStepThatHasNone(Owner owner) {
        Flux<Object> flux = Flux.never().name("orders");
        Mono<Object> mono = Mono.never().name("bills");
        List<Disposable> tasks = List.of(
                flux.transform(trackWith(owner, TaskOptions.defaults()))
                        .map(order -> order)
                        .transform(trackWith(owner, TaskOptions.named("ship")))
                        .transform(trackWith(owner, TaskOptions.defaults()))
                        .subscribe(),
                mono.transform(trackWith(owner, TaskOptions.named("pay")))
                        .transform(trackWith(owner, TaskOptions.defaults()))
                        .transform(trackWith(owner, TaskOptions.defaults()))
                        .subscribe());
        assertThat(names(owner)).containsExactlyInAnyOrder("orders", "ship", "orders", "pay", "bills", "bills");
        tasks.forEach(Disposable::dispose);
    }

    @ParameterizedTest
    @EnumSource
    void takesTheNearestName(Owner owner) {
        Disposable task = Flux.never()
                .name("orders")
                .transform(trackWith(owner, TaskOptions.defaults()))
                .name("parcels")
                .transform(trackWith(owner, TaskOptions.defaults()))
                .subscribe();
        assertThat(names(owner)).containsExactlyInAnyOrder("orders", "parcels");
        task.dispose();
    }

    private void build(Owner owner, Flux<Object> source) {
        Flux<Object> pipeline = source;
        for (int i = 0; i < LENGTH; i++) {
            pipeline = asked(pipeline).transform(trackWith(owner, TaskOptions.defaults()));
        }
    }

    private void build(Owner owner, Mono<Object> source) {
        Mono<Object> pipeline = source;
        for (int i = 0; i < LENGTH; i++) {
            pipeline = new AskedMono(pipeline, asked).transform(trackWith(owner, TaskOptions.defaults()));
        }
    }

    private Flux<Object> asked(Flux<Object> source) {
        return new AskedFlux(source, asked);
    }

    private UnaryOperator<Publisher<Object>> trackWith(Owner owner, TaskOptions options) {
        return owner == Owner.TRACKER
                ? ReactorTracking.trackWith(tracker, options)
                : ReactorTracking.trackWith(group, options);
    }

    private List<String> names(Owner owner) {
        List<String> names = new ArrayList<>();
        if (owner == Owner.TRACKER) {
            tracker.runningTasks().stream().map(RunningTask::name).forEach(names::add);
        } else {
            group.runningTasks().forEach(task -> names.add(task.name()));
        }
        return names;
    }

    /** Counts how often it is asked for its name. */
    private static final class AskedFlux extends FluxOperator<Object, Object> {

        private final AtomicInteger asked;

        AskedFlux(Flux<Object> source, AtomicInteger asked) {
            super(source);
            this.asked = asked;
        }

        @Override
        public void subscribe(CoreSubscriber<? super Object> actual) {
            source.subscribe(actual);
        }

        @Override
        @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
        public @Nullable Object scanUnsafe(Attr key) {
            if (key == Attr.NAME) {
                asked.incrementAndGet();
            }
            return super.scanUnsafe(key);
        }
    }

    /** Counts how often it is asked for its name. */
    private static final class AskedMono extends MonoOperator<Object, Object> {

        private final AtomicInteger asked;

        AskedMono(Mono<Object> source, AtomicInteger asked) {
            super(source);
            this.asked = asked;
        }

        @Override
        public void subscribe(CoreSubscriber<? super Object> actual) {
            source.subscribe(actual);
        }

        @Override
        @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
        public @Nullable Object scanUnsafe(Attr key) {
            if (key == Attr.NAME) {
                asked.incrementAndGet();
            }
            return super.scanUnsafe(key);
        }
    }
}
