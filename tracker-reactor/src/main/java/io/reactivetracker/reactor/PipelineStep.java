// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskOptions;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.Scannable.Attr;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/**
 * One operator of this module in a pipeline. What {@code Flux} and {@code Mono} have in common is here, and what the
 * operator does with a subscription is its {@link SubscribeFunction}.
 */
final class PipelineStep<T> {

    /** Subscribes to the source of a step. */
    @FunctionalInterface
    interface SubscribeFunction<T> {

        void subscribe(CorePublisher<? extends T> source, CoreSubscriber<? super T> actual);
    }

    /** A publisher that is a step. */
    interface Owner {

        PipelineStep<?> step();
    }

    private final String name;
    private final Attr.RunStyle runStyle;
    private final SubscribeFunction<T> function;
    private final @Nullable TaskOptions named;

    private PipelineStep(
            String name, Attr.RunStyle runStyle, SubscribeFunction<T> function, @Nullable TaskOptions named) {
        this.name = name;
        this.runStyle = runStyle;
        this.function = function;
        this.named = named;
    }

    /** Returns a step that has no tasks. */
    static <T> Publisher<T> of(
            Publisher<T> source, String name, Attr.RunStyle runStyle, SubscribeFunction<T> function) {
        return publisher(source, new PipelineStep<>(name, runStyle, function, null));
    }

    /**
     * Returns a step each of whose subscriptions is a task.
     *
     * @param options the options of the tasks; if they have no name, the tasks get that of the pipeline
     * @param function given the options of the tasks
     */
    static <T> Publisher<T> ofTasks(
            Publisher<T> source,
            String name,
            Attr.RunStyle runStyle,
            TaskOptions options,
            Function<TaskOptions, SubscribeFunction<T>> function) {
        TaskOptions tasks = Pipelines.named(options, source);
        boolean hasOwnName = options.name() != null;
        return publisher(source, new PipelineStep<>(name, runStyle, function.apply(tasks), hasOwnName ? null : tasks));
    }

    /**
     * Returns an operator that gives a {@code Mono} for a {@code Mono}, and otherwise a {@code Flux}.
     *
     * @param operator does so
     */
    @SuppressWarnings("unchecked") // a Mono, a Flux, or just a Publisher
    static <P extends Publisher<?>> UnaryOperator<P> operator(UnaryOperator<Publisher<Object>> operator) {
        return publisher -> (P) operator.apply((Publisher<Object>) Objects.requireNonNull(
                publisher,
                "publisher must not be null: the code that builds the pipeline returned null instead of a publisher"));
    }

    private static <T> Publisher<T> publisher(Publisher<T> source, PipelineStep<T> step) {
        return source instanceof Mono<T> mono ? new OfMono<>(mono, step) : new OfFlux<>(Flux.from(source), step);
    }

    /** Whether the step has looked for the name of the pipeline. */
    boolean hasLookedForName() {
        return named != null;
    }

    /** Returns the name that was found upstream, or null if there is none or the step has not looked for it. */
    @Nullable
    String nameOfPipeline() {
        return named == null ? null : named.name();
    }

    /**
     * Whether the step itself answers a scan for an attribute, not the operator of Reactor that it extends.
     *
     * <p>By an attribute that is not public Reactor asks whether to restore thread-locals around a publisher that is
     * not its own. A step answers as its source does, so that there is such a boundary only where there is one without
     * it.
     */
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    private static boolean answers(Attr key) {
        return key == Attr.NAME || key == Attr.RUN_STYLE || key.getClass() != Attr.class;
    }

    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    private @Nullable Object answer(Attr key, Publisher<?> source) {
        if (key == Attr.NAME) {
            return nameOfPipeline();
        }
        return key == Attr.RUN_STYLE ? runStyle : Scannable.from(source).scanUnsafe(key);
    }

    private static final class OfFlux<T> extends FluxOperator<T, T> implements Owner {

        private final PipelineStep<T> step;

        OfFlux(Flux<? extends T> source, PipelineStep<T> step) {
            super(source);
            this.step = step;
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            step.function.subscribe(source, actual);
        }

        @Override
        public PipelineStep<T> step() {
            return step;
        }

        @Override
        public String stepName() {
            return step.name;
        }

        @Override
        @SuppressWarnings("rawtypes")
        public @Nullable Object scanUnsafe(Attr key) {
            return answers(key) ? step.answer(key, source) : super.scanUnsafe(key);
        }
    }

    private static final class OfMono<T> extends MonoOperator<T, T> implements Owner {

        private final PipelineStep<T> step;

        OfMono(Mono<? extends T> source, PipelineStep<T> step) {
            super(source);
            this.step = step;
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            step.function.subscribe(source, actual);
        }

        @Override
        public PipelineStep<T> step() {
            return step;
        }

        @Override
        public String stepName() {
            return step.name;
        }

        @Override
        @SuppressWarnings("rawtypes")
        public @Nullable Object scanUnsafe(Attr key) {
            return answers(key) ? step.answer(key, source) : super.scanUnsafe(key);
        }
    }
}
