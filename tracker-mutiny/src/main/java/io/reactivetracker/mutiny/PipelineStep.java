// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import io.smallrye.mutiny.Context;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.operators.AbstractMulti;
import io.smallrye.mutiny.operators.AbstractUni;
import io.smallrye.mutiny.subscription.ContextSupport;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import io.smallrye.mutiny.subscription.UniSubscriber;
import io.smallrye.mutiny.subscription.UniSubscription;
import java.util.Objects;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One operator of this module in a pipeline.
 *
 * <p>An operator sees each source as one that signals a {@link Subscriber}. A {@code Uni} is such a source too: its
 * item is an element and a completion, and a null item is a completion alone. Its elements need no demand.
 */
@FunctionalInterface
interface PipelineStep<T> {

    /** Subscribes to a source, on behalf of a downstream. */
    void subscribe(Consumer<MultiSubscriber<T>> source, Subscriber<? super T> downstream);

    /** Returns a function for {@code plug}: a {@code Uni} stays a {@code Uni}, and a {@code Multi} a {@code Multi}. */
    @SuppressWarnings("unchecked") // the step keeps the type of the elements
    static <P> UnaryOperator<P> operator(PipelineStep<Object> step) {
        return pipeline -> {
            Objects.requireNonNull(
                    pipeline,
                    "pipeline must not be null: the code that builds the pipeline returned null instead of a Uni or a"
                            + " Multi");
            if (pipeline instanceof Uni<?> uni) {
                return (P) new OfUni<>((Uni<Object>) uni, step);
            }
            if (pipeline instanceof Multi<?> multi) {
                return (P) new OfMulti<>((Multi<Object>) multi, step);
            }
            throw new IllegalArgumentException("pipeline must be a Uni or a Multi, but was a "
                    + pipeline.getClass().getName());
        };
    }

    /** Throws an error of the virtual machine; no pipeline handles those. */
    static void throwIfFatal(Throwable failure) {
        if (failure instanceof VirtualMachineError || failure instanceof LinkageError) {
            throw (Error) failure;
        }
    }

    /**
     * Ends a subscription whose source has signalled a failure without giving one, which is against the protocol.
     *
     * @param end cancels the source because of an error
     * @return what the source is to see
     */
    static NullPointerException missingFailure(Consumer<Throwable> end) {
        NullPointerException failure = new NullPointerException("the failure of a source must not be null");
        end.accept(failure);
        return failure;
    }

    /** Returns the context of a subscriber, or an empty one if it has none, as Mutiny's own operators do. */
    static Context contextOf(Object subscriber) {
        return subscriber instanceof ContextSupport support ? support.context() : Context.empty();
    }

    /** Subscribes to a {@code Uni} as to a source of elements. */
    static <T> void subscribe(Uni<? extends T> uni, MultiSubscriber<T> downstream) {
        AbstractUni.subscribe(uni, new FromUni<T>(downstream));
    }

    /** A step in a {@code Multi}. */
    final class OfMulti<T> extends AbstractMulti<T> {

        private final Multi<T> upstream;
        private final PipelineStep<T> step;

        OfMulti(Multi<T> upstream, PipelineStep<T> step) {
            this.upstream = upstream;
            this.step = step;
        }

        @Override
        public void subscribe(MultiSubscriber<? super T> downstream) {
            Objects.requireNonNull(downstream, "downstream must not be null");
            step.subscribe(to -> upstream.subscribe().withSubscriber(to), downstream);
        }
    }

    /** A step in a {@code Uni}. */
    final class OfUni<T> extends AbstractUni<T> {

        private final Uni<T> upstream;
        private final PipelineStep<T> step;

        OfUni(Uni<T> upstream, PipelineStep<T> step) {
            this.upstream = upstream;
            this.step = step;
        }

        @Override
        public void subscribe(UniSubscriber<? super T> downstream) {
            Objects.requireNonNull(downstream, "downstream must not be null");
            step.subscribe(to -> PipelineStep.subscribe(upstream, to), new ToUni<>(downstream));
        }
    }

    /** Passes the signals of a {@code Uni} on as those of a source of elements. */
    record FromUni<T>(MultiSubscriber<T> downstream) implements UniSubscriber<T> {

        @Override
        public Context context() {
            return contextOf(downstream);
        }

        @Override
        public void onSubscribe(UniSubscription subscription) {
            downstream.onSubscribe(subscription);
        }

        @Override
        public void onItem(@Nullable T item) {
            if (item != null) {
                downstream.onItem(item);
            }
            downstream.onCompletion();
        }

        @Override
        public void onFailure(Throwable failure) {
            downstream.onFailure(failure);
        }
    }

    /** Passes the last element of a source on as the item of a {@code Uni}, when the source completes. */
    final class ToUni<T> implements MultiSubscriber<T>, ContextSupport {

        private final UniSubscriber<? super T> downstream;
        private @Nullable T item;

        ToUni(UniSubscriber<? super T> downstream) {
            this.downstream = downstream;
        }

        @Override
        public Context context() {
            return downstream.context();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            downstream.onSubscribe(subscription::cancel);
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onItem(T element) {
            item = element;
        }

        @Override
        public void onFailure(Throwable failure) {
            downstream.onFailure(failure);
        }

        @Override
        @SuppressWarnings("NullAway") // the item of a Uni may be null
        public void onCompletion() {
            downstream.onItem(item);
        }
    }
}
