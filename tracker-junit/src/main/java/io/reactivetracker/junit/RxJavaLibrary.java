// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import io.reactivetracker.Registration;
import io.reactivetracker.SubscriptionSelector;
import io.reactivetracker.rxjava.RxTracking;
import io.reactivex.rxjava3.functions.Function;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** RxJava 3. It has one hook for what is scheduled, so ours calls the one that it has replaced. */
final class RxJavaLibrary implements Library {

    @Override
    public Registration install(SubscriptionSelector selector, UnaryOperator<Runnable> scheduled) {
        Registration subscriptions = RxTracking.trackSubscriptions(selector);
        ScheduleHook hook = new ScheduleHook(ScheduleHook.withoutUnused(RxJavaPlugins.getScheduleHandler()), scheduled);
        RxJavaPlugins.setScheduleHandler(hook);
        return () -> {
            hook.remove();
            subscriptions.close();
        };
    }

    private static final class ScheduleHook implements Function<Runnable, Runnable> {

        // Changes when hooks of ours below it are not used any more.
        private volatile @Nullable Function<? super Runnable, ? extends Runnable> replaced;
        private final UnaryOperator<Runnable> scheduled;
        private volatile boolean isUsed = true;

        ScheduleHook(
                @Nullable Function<? super Runnable, ? extends Runnable> replaced, UnaryOperator<Runnable> scheduled) {
            this.replaced = replaced;
            this.scheduled = scheduled;
        }

        /** Returns the outermost hook that is not an unused one of ours. */
        static @Nullable Function<? super Runnable, ? extends Runnable> withoutUnused(
                @Nullable Function<? super Runnable, ? extends Runnable> outermost) {
            Function<? super Runnable, ? extends Runnable> hook = outermost;
            while (hook instanceof ScheduleHook own && !own.isUsed) {
                hook = own.replaced;
            }
            return hook;
        }

        @Override
        public Runnable apply(Runnable command) throws Throwable {
            Runnable wrapped = isUsed ? scheduled.apply(command) : command;
            Function<? super Runnable, ? extends Runnable> next = replaced;
            return next == null ? wrapped : next.apply(wrapped);
        }

        @SuppressWarnings("ReferenceEquality") // whether it is this hook
        void remove() {
            isUsed = false;
            replaced = withoutUnused(replaced);
            if (RxJavaPlugins.getScheduleHandler() == this) {
                RxJavaPlugins.setScheduleHandler(replaced);
            }
        }
    }
}
