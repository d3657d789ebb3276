// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.operators.AbstractMulti;
import io.smallrye.mutiny.operators.AbstractUni;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import io.smallrye.mutiny.subscription.UniSubscriber;
import io.smallrye.mutiny.subscription.UniSubscription;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A source that does what a test tells it, by the rules or against them, as a {@code Uni} or a {@code Multi}.
 *
 * <p>It notes how many tasks are counted when it is subscribed to or cancelled.
 */
final class ScriptedSource {

    /** What the source does when it is subscribed to. */
    interface Script {
        void run(Signals signals);
    }

    /** Signals the subscriber. A {@code Uni} keeps its item until it completes. */
    interface Signals {
        void onSubscribe();

        void onItem(String item);

        void onFailure(@Nullable Throwable failure);

        void onCompletion();
    }

    private final LongSupplier size;
    private final Script script;

    /** Runs in each cancel of the source. */
    Runnable whenCancelled = () -> {};

    /** Runs in each request of a {@code Multi}. */
    Runnable whenRequested = () -> {};

    final List<Long> sizesWhenSubscribed = new ArrayList<>();
    final List<Long> sizesWhenCancelled = new ArrayList<>();

    ScriptedSource(LongSupplier size, Script script) {
        this.size = size;
        this.script = script;
    }

    /** Subscribes to this source through an operator. */
    void subscribe(Kind kind, UnaryOperator<Uni<String>> uni, UnaryOperator<Multi<String>> multi, Recorder downstream) {
        if (kind == Kind.UNI) {
            asUni().plug(uni).subscribe().withSubscriber((UniSubscriber<String>) downstream);
        } else {
            asMulti().plug(multi).subscribe().withSubscriber((MultiSubscriber<String>) downstream);
        }
    }

    Uni<String> asUni() {
        return new AsUni();
    }

    Multi<String> asMulti() {
        return new AsMulti();
    }

    private void begin(Signals signals) {
        sizesWhenSubscribed.add(size.getAsLong());
        script.run(signals);
    }

    private final class Subscription implements UniSubscription {

        @Override
        public void request(long n) {
            whenRequested.run();
        }

        @Override
        public void cancel() {
            sizesWhenCancelled.add(size.getAsLong());
            whenCancelled.run();
        }
    }

    private final class AsUni extends AbstractUni<String> {

        @Override
        public void subscribe(UniSubscriber<? super String> subscriber) {
            begin(new Signals() {
                private @Nullable String kept;

                @Override
                public void onSubscribe() {
                    subscriber.onSubscribe(new Subscription());
                }

                @Override
                public void onItem(String item) {
                    kept = item;
                }

                @Override
                @SuppressWarnings("NullAway") // against the rules
                public void onFailure(@Nullable Throwable failure) {
                    subscriber.onFailure(failure);
                }

                @Override
                @SuppressWarnings("NullAway") // the item of a Uni may be null
                public void onCompletion() {
                    subscriber.onItem(kept);
                }
            });
        }
    }

    private final class AsMulti extends AbstractMulti<String> {

        @Override
        public void subscribe(MultiSubscriber<? super String> subscriber) {
            begin(new Signals() {
                @Override
                public void onSubscribe() {
                    subscriber.onSubscribe(new Subscription());
                }

                @Override
                public void onItem(String item) {
                    subscriber.onItem(item);
                }

                @Override
                @SuppressWarnings("NullAway") // against the rules
                public void onFailure(@Nullable Throwable failure) {
                    subscriber.onFailure(failure);
                }

                @Override
                public void onCompletion() {
                    subscriber.onCompletion();
                }
            });
        }
    }
}
