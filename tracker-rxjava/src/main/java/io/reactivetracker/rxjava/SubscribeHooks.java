// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.Registration;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.functions.BiFunction;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/**
 * The hooks of RxJava that see each subscription, for all selectors of the virtual machine.
 *
 * <p>RxJava has one hook for each type, which its next owner replaces. So ours calls the one that it has replaced, and
 * puts that back when the last selector is removed, unless another owner has replaced ours by then. In that case ours
 * stays below the other one and passes every observer on.
 */
@SuppressWarnings({"rawtypes", "unchecked"}) // RxJava declares its hooks so
final class SubscribeHooks {

    private static final List<CountedSubscriptions> COUNTING = new CopyOnWriteArrayList<>();

    private static final List<Slot<?, ?>> SLOTS = List.of(
            new Slot<Flowable, Subscriber>(
                    RxJavaPlugins::getOnFlowableSubscribe,
                    RxJavaPlugins::setOnFlowableSubscribe,
                    CountedSubscriptions::counted),
            new Slot<Observable, Observer>(
                    RxJavaPlugins::getOnObservableSubscribe,
                    RxJavaPlugins::setOnObservableSubscribe,
                    CountedSubscriptions::counted),
            new Slot<Single, SingleObserver>(
                    RxJavaPlugins::getOnSingleSubscribe,
                    RxJavaPlugins::setOnSingleSubscribe,
                    CountedSubscriptions::counted),
            new Slot<Maybe, MaybeObserver>(
                    RxJavaPlugins::getOnMaybeSubscribe,
                    hook -> RxJavaPlugins.setOnMaybeSubscribe((BiFunction) hook),
                    CountedSubscriptions::counted),
            new Slot<Completable, CompletableObserver>(
                    RxJavaPlugins::getOnCompletableSubscribe,
                    RxJavaPlugins::setOnCompletableSubscribe,
                    CountedSubscriptions::counted));

    private SubscribeHooks() {}

    /** Adds one that is asked before those that were added earlier. */
    static Registration install(CountedSubscriptions subscriptions) {
        synchronized (SLOTS) {
            // First: if the hooks are locked, nothing is added.
            SLOTS.forEach(Slot::install);
            COUNTING.add(0, subscriptions);
        }
        AtomicBoolean isInstalled = new AtomicBoolean(true);
        return () -> {
            if (isInstalled.getAndSet(false)) {
                remove(subscriptions);
            }
        };
    }

    private static void remove(CountedSubscriptions subscriptions) {
        synchronized (SLOTS) {
            COUNTING.remove(subscriptions);
            if (COUNTING.isEmpty()) {
                SLOTS.forEach(Slot::remove);
            }
        }
    }

    /**
     * Returns the observer to subscribe: a counting one of the first that selects the subscription, or the given one.
     */
    @FunctionalInterface
    private interface Count<P, O> {
        O counted(CountedSubscriptions subscriptions, P source, O observer);
    }

    /** The place for the hook of one type. */
    private static final class Slot<P, O> {

        private final Supplier<@Nullable BiFunction<? super P, ? super O, ? extends O>> get;
        private final Consumer<@Nullable BiFunction<? super P, ? super O, ? extends O>> set;
        private final Count<P, O> count;
        private volatile @Nullable Hook<P, O> current;

        Slot(
                Supplier<@Nullable BiFunction<? super P, ? super O, ? extends O>> get,
                Consumer<@Nullable BiFunction<? super P, ? super O, ? extends O>> set,
                Count<P, O> count) {
            this.get = get;
            this.set = set;
            this.count = count;
        }

        /** Makes our hook the outermost, if it is not. */
        void install() {
            BiFunction<? super P, ? super O, ? extends O> outermost = get.get();
            if (outermost == null || outermost != current) {
                Hook<P, O> hook = new Hook<>(this, withoutUnused(outermost));
                set.accept(hook);
                current = hook;
            }
        }

        void remove() {
            Hook<P, O> hook = current;
            current = null;
            if (hook != null && get.get() == hook) {
                set.accept(hook.replaced);
            }
        }

        /** Our own hooks that are not used any more are left out. */
        private @Nullable BiFunction<? super P, ? super O, ? extends O> withoutUnused(
                @Nullable BiFunction<? super P, ? super O, ? extends O> outermost) {
            BiFunction<? super P, ? super O, ? extends O> hook = outermost;
            while (hook instanceof Hook) {
                hook = ((Hook<P, O>) hook).replaced;
            }
            return hook;
        }
    }

    /** Counts while it is the current hook of its type, and calls the hook that it has replaced. */
    private static final class Hook<P, O> implements BiFunction<P, O, O> {

        private final Slot<P, O> slot;
        private final @Nullable BiFunction<? super P, ? super O, ? extends O> replaced;

        Hook(Slot<P, O> slot, @Nullable BiFunction<? super P, ? super O, ? extends O> replaced) {
            this.slot = slot;
            this.replaced = replaced;
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // whether it is the given observer, and not one that equals it
        public O apply(P source, O observer) throws Throwable {
            O counted = observer;
            if (slot.current == this) {
                for (CountedSubscriptions subscriptions : COUNTING) {
                    counted = slot.count.counted(subscriptions, source, observer);
                    if (counted != observer) {
                        break;
                    }
                }
            }
            return replaced == null ? counted : replaced.apply(source, counted);
        }
    }
}
