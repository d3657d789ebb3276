// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.ReactorTracking;
import io.reactivetracker.spring.library.Library;
import io.reactivetracker.spring.shop.Shop;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Fuseable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class TrackSubscriptionsTest {

    private static final String SHOP = Shop.class.getPackageName();
    private static final String LIBRARY = Library.class.getPackageName();

    private final ApplicationContextRunner off = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LifecycleAutoConfiguration.class,
                    ReactiveTrackerAutoConfiguration.class,
                    TrackSubscriptionsAutoConfiguration.class))
            // A short grace period for the tests, and a wait that is long enough for a slow machine.
            .withPropertyValues(
                    "spring.lifecycle.timeout-per-shutdown-phase=2m",
                    "reactive-tracker.shutdown.grace=100ms",
                    "reactive-tracker.shutdown.cancel-wait=1m");

    private final ApplicationContextRunner on = off.withPropertyValues(
            "reactive-tracker.track-subscriptions=true", "reactive-tracker.track-subscriptions-in=" + SHOP);

    // ---- counted subscriptions ----

    @ParameterizedTest
    @EnumSource
    void aSubscriptionThatTheApplicationForgetsIsCountedUntilItEnds(Shop.Forgotten way) {
        on.run(context -> {
            TaskTracker tracker = tracker(context);
            Sinks.One<String> end = Sinks.one();
            Disposable unused = way.apply(end.asMono());
            assertThat(tracker.size()).isEqualTo(1);
            end.emitValue("done", Sinks.EmitFailureHandler.FAIL_FAST);
            assertThat(tracker.size()).isZero();
        });
    }

    @ParameterizedTest
    @EnumSource
    void orUntilItIsDisposedOf(Shop.Forgotten way) {
        on.run(context -> {
            TaskTracker tracker = tracker(context);
            Disposable subscription = way.apply(Mono.never());
            assertThat(tracker.size()).isEqualTo(1);
            subscription.dispose();
            assertThat(tracker.size()).isZero();
        });
    }

    @ParameterizedTest
    @EnumSource
    void withAutomaticContextPropagationAsWell(Shop.Forgotten way) {
        Hooks.enableAutomaticContextPropagation();
        try {
            aSubscriptionThatTheApplicationForgetsIsCountedUntilItEnds(way);
        } finally {
            Hooks.disableAutomaticContextPropagation();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatSomebodySeesOrAnotherCountsIsNotCounted(Shop.NotForgotten way) {
        on.run(context -> {
            TaskTracker tracker = tracker(context);
            CountDownLatch subscribed = new CountDownLatch(1);
            Sinks.One<String> end = Sinks.one();
            Disposable unused = way.apply(end.asMono().doOnSubscribe(s -> subscribed.countDown()));
            subscribed.await();
            assertThat(tracker.size()).isZero();
            end.emitValue("done", Sinks.EmitFailureHandler.FAIL_FAST);
            assertThat(tracker.size()).isZero();
        });
    }

    @Test
    void theSubscriptionsWithinAPipelineAreNotCounted() {
        on.run(context -> {
            TaskTracker tracker = tracker(context);
            Disposable subscription = Shop.Forgotten.FLUX.apply(Flux.range(1, 10)
                    .flatMap(i -> Mono.never())
                    .mergeWith(Flux.never().concatMap(i -> Mono.never()))
                    .zipWith(Mono.never())
                    .then(Mono.just("done")));
            assertThat(tracker.size()).isEqualTo(1);
            subscription.dispose();
        });
    }

    @Test
    void aTaskIsCalledAfterItsPipelineOrElseAfterWhereItWasSubscribedTo() {
        on.run(context -> {
            TaskTracker tracker = tracker(context);
            List<Disposable> subscriptions = List.of(
                    Shop.Forgotten.MONO.apply(Mono.never()),
                    Shop.Forgotten.MONO.apply(
                            Mono.<String>never().name("ship order-17").map(name -> name)),
                    Shop.Forgotten.FROM_A_LAMBDA.apply(Mono.never()));
            List<String> names =
                    tracker.runningTasks().stream().map(RunningTask::name).toList();
            assertThat(names.get(0)).matches("Shop\\$Forgotten\\$\\d+\\.apply:\\d+");
            assertThat(names.get(1)).isEqualTo("ship order-17");
            assertThat(names.get(2)).matches("Shop\\$Forgotten\\$\\d+\\.apply:\\d+");
            subscriptions.forEach(Disposable::dispose);
        });
    }

    // ---- unchanged behaviour ----

    @Test
    void nothingChangesForOtherSubscribers() {
        on.run(context -> {
            assertThat(subscriptionOf(Flux.range(1, 3))).isInstanceOf(Fuseable.QueueSubscription.class);
            assertThat(subscriptionOf(Mono.just(1).hide().flux().hide()))
                    .isNotInstanceOf(Fuseable.QueueSubscription.class);
            assertThat(Flux.range(1, 3).hide().map(i -> i + 1).collectList().block())
                    .containsExactly(2, 3, 4);
            assertThat(Flux.range(1, 3)
                            .parallel(2)
                            .map(i -> i + 1)
                            .sequential()
                            .collectList()
                            .block())
                    .containsExactlyInAnyOrder(2, 3, 4);
            assertThat(Flux.range(1, 6)
                            .groupBy(i -> i % 2)
                            .flatMap(group -> group.count())
                            .collectList()
                            .block())
                    .containsExactly(3L, 3L);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAnOperatorIsGivenIsTheSameWithTheHookAndWithout(boolean propagation) {
        if (propagation) {
            Hooks.enableAutomaticContextPropagation();
        }
        try {
            List<String> without = whatAnOperatorIsGiven();
            assertThat(without)
                    .hasSize(7)
                    .anyMatch(given -> given.endsWith("fused"))
                    .anyMatch(given -> given.endsWith("not"));
            on.run(context -> assertThat(whatAnOperatorIsGiven()).isEqualTo(without));
        } finally {
            Hooks.disableAutomaticContextPropagation();
        }
    }

    private static List<String> whatAnOperatorIsGiven() {
        List<Publisher<Integer>> sources = List.of(
                Flux.range(1, 3),
                Flux.range(1, 3).hide(),
                Mono.just(1).map(i -> i),
                Mono.just(1).hide(),
                new Foreign(Flux.range(1, 3)),
                new Foreign(Flux.range(1, 3).hide()),
                Flux.range(1, 3).transform(trackWith(TaskTracker.create())));
        return sources.stream()
                .map(source -> {
                    FusedSubscriber subscriber = new FusedSubscriber();
                    source.subscribe(subscriber);
                    return subscriber.given;
                })
                .toList();
    }

    @Test
    void anErrorReachesWhoAskedForIt() {
        on.run(context -> {
            AtomicReference<Throwable> seen = new AtomicReference<>();
            Sinks.One<String> end = Sinks.one();
            Disposable unused = Shop.Forgotten.FLUX_WITH_ALL.apply(end.asMono().doOnError(seen::set));
            end.emitError(new IllegalStateException("no address"), Sinks.EmitFailureHandler.FAIL_FAST);
            assertThat(seen.get()).hasMessage("no address");
            assertThat(tracker(context).size()).isZero();
        });
    }

    // ---- the end ----

    @Test
    void whatIsLateAtTheShutdownIsCancelled() {
        AtomicReference<String> end = new AtomicReference<>("none");
        on.run(context -> {
            Disposable unused = Shop.Forgotten.MONO_WITH_ALL.apply(
                    Mono.<String>never().doOnCancel(() -> end.set("cancelled upstream")));
        });
        assertThat(end).hasValue("cancelled upstream");
    }

    @Test
    void itsSubscriberIsTold() {
        AtomicReference<Throwable> told = new AtomicReference<>();
        CountedSubscriptions subscriptions = new CountedSubscriptions(new CallSites(List.of(SHOP)));
        SubscriptionHook hook = new SubscriptionHook(subscriptions::install);
        hook.start();
        Hooks.onErrorDropped(told::set);
        try {
            Disposable unused = Shop.Forgotten.MONO.apply(Mono.never());
            assertThat(subscriptions.token().cancel(new IllegalStateException("the end")))
                    .isTrue();
            assertThat(told.get()).hasCauseInstanceOf(TaskCancelledException.class);
            assertThat(subscriptions.tracker().size()).isZero();
        } finally {
            Hooks.resetOnErrorDropped();
            // This removes the starter's hook, which is installed once for all contexts of this virtual machine.
            ReactorTracking.quietCancelledTasks();
            hook.stop();
        }
    }

    @Test
    void theShutdownWaitsForOneThatEnds() {
        Sinks.One<String> end = Sinks.one();
        AtomicReference<TaskTracker> tracker = new AtomicReference<>();
        on.withPropertyValues("reactive-tracker.shutdown.grace=1m").run(context -> {
            TaskTracker counted = tracker(context);
            tracker.set(counted);
            Disposable unused = Shop.Forgotten.MONO.apply(end.asMono());
            new Thread(() -> {
                        await().until(counted::isClosed);
                        end.emitValue("shipped", Sinks.EmitFailureHandler.FAIL_FAST);
                    })
                    .start();
        });
        assertThat(tracker.get())
                .isNotNull()
                .satisfies(counted -> assertThat(counted.isDrained()).isTrue());
    }

    @Test
    void theHookIsGoneWithItsContext() {
        AtomicReference<TaskTracker> tracker = new AtomicReference<>();
        on.run(context -> tracker.set(tracker(context)));
        Disposable subscription = Shop.Forgotten.MONO.apply(Mono.never());
        assertThat(tracker.get())
                .isNotNull()
                .satisfies(counted -> assertThat(counted.size()).isZero());
        subscription.dispose();
    }

    @Test
    void theHookIsGoneWithAContextThatFailedToStart() {
        CountedSubscriptions subscriptions = new CountedSubscriptions(new CallSites(List.of(SHOP)));
        try (GenericApplicationContext context = new GenericApplicationContext()) {
            context.registerBean(SubscriptionHook.class, () -> new SubscriptionHook(subscriptions::install));
            context.registerBean(
                    Recorder.class,
                    () -> Recorder.startedLast(() -> {
                        throw new IllegalStateException("no database");
                    }));
            assertThatThrownBy(context::refresh).hasRootCauseMessage("no database");
        }
        Disposable subscription = Shop.Forgotten.MONO.apply(Mono.never());
        assertThat(subscriptions.tracker().size()).isZero();
        subscription.dispose();
    }

    @Test
    void hooksOfOthersStay() {
        List<String> seen = new ArrayList<>();
        Hooks.onLastOperator("theirs", publisher -> {
            seen.add("theirs");
            return publisher;
        });
        try {
            on.run(context -> {});
            Disposable subscription = Shop.Forgotten.MONO.apply(Mono.never());
            assertThat(seen).contains("theirs");
            subscription.dispose();
        } finally {
            Hooks.resetOnLastOperator("theirs");
        }
    }

    // ---- several contexts ----

    @Test
    void contextsOfDifferentPackagesCountTheirOwn() {
        on.run(shop -> on.withPropertyValues("reactive-tracker.track-subscriptions-in=" + LIBRARY)
                .run(library -> {
                    List<Disposable> subscriptions = List.of(
                            Shop.Forgotten.MONO.apply(Mono.never()),
                            Shop.Forgotten.FLUX.apply(Mono.never()),
                            Library.cleanUp(Mono.never()));
                    assertThat(tracker(shop).size()).isEqualTo(2);
                    assertThat(tracker(library).size()).isEqualTo(1);
                    subscriptions.forEach(Disposable::dispose);
                }));
    }

    @Test
    void ofContextsThatHaveTheSameThatWhichWasStartedLastCountsAndNeverBoth() {
        on.run(first -> {
            on.run(second -> {
                Disposable subscription = Shop.Forgotten.MONO.apply(Mono.never());
                assertThat(tracker(first).size()).isZero();
                assertThat(tracker(second).size()).isEqualTo(1);
                subscription.dispose();
            });
            Disposable subscription = Shop.Forgotten.MONO.apply(Mono.never());
            assertThat(tracker(first).size()).isEqualTo(1);
            subscription.dispose();
        });
    }

    @Test
    void whatIsTrackedIsSeenToBeThroughTheHooksOfSeveral() {
        on.run(first -> on.run(second -> {
            List<Disposable> subscriptions = List.of(
                    Shop.NotForgotten.TRACKED.apply(Mono.never()), Shop.NotForgotten.TAGGED.apply(Mono.never()));
            assertThat(tracker(first).size()).isZero();
            assertThat(tracker(second).size()).isZero();
            subscriptions.forEach(Disposable::dispose);
        }));
    }

    // ---- conditions ----

    @ParameterizedTest
    @ValueSource(strings = {"reactive-tracker.track-subscriptions=false", "reactive-tracker.enabled=false", "x=y"})
    void itIsOffUnlessAskedFor(String property) {
        off.withPropertyValues(property).run(context -> {
            assertThat(context)
                    .doesNotHaveBean(SubscriptionHook.class)
                    .doesNotHaveBean(CountedSubscriptions.class)
                    .doesNotHaveBean("subscriptionTracker");
            Disposable subscription = Shop.Forgotten.MONO.apply(Mono.never());
            subscription.dispose();
        });
        on.withPropertyValues("reactive-tracker.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(SubscriptionHook.class));
    }

    @Test
    void thePackagesOfTheApplicationAreKnownFromSpringBoot() {
        off.withPropertyValues("reactive-tracker.track-subscriptions=true")
                .withInitializer(context ->
                        AutoConfigurationPackages.register((BeanDefinitionRegistry) context.getBeanFactory(), SHOP))
                .run(context -> {
                    Disposable subscription = Shop.Forgotten.MONO.apply(Mono.never());
                    assertThat(tracker(context).size()).isEqualTo(1);
                    subscription.dispose();
                });
    }

    @Test
    void withoutThemItSaysWhatIsMissing() {
        off.withPropertyValues("reactive-tracker.track-subscriptions=true")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                        .hasMessageContaining("reactive-tracker.track-subscriptions-in")
                        .hasMessageContaining("The packages of the application are unknown"));
    }

    @Test
    void aPackageIsNotOneWhoseNameOnlyBeginsLikeIt() {
        on.withPropertyValues("reactive-tracker.track-subscriptions-in=" + SHOP.substring(0, SHOP.length() - 1))
                .run(context -> {
                    Disposable subscription = Shop.Forgotten.MONO.apply(Mono.never());
                    assertThat(tracker(context).size()).isZero();
                    subscription.dispose();
                });
    }

    @Test
    void theTrackerIsInjectedOnlyByName() {
        on.withBean("imports", TaskTracker.class, () -> TaskTracker.create("imports"))
                .run(context -> {
                    assertThat(context.getBeanProvider(TaskTracker.class).getIfUnique())
                            .isSameAs(context.getBean("imports"));
                    assertThat(context).hasSingleBean(TaskGroup.class);
                });
    }

    private static TaskTracker tracker(ApplicationContext context) {
        return context.getBean("subscriptionTracker", TaskTracker.class);
    }

    private static Subscription subscriptionOf(Flux<Integer> source) {
        AtomicReference<Subscription> seen = new AtomicReference<>();
        source.subscribe((Subscriber<Integer>) new CoreSubscriber<Integer>() {
            @Override
            public void onSubscribe(Subscription subscription) {
                seen.set(subscription);
            }

            @Override
            public void onNext(Integer element) {}

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onComplete() {}
        });
        return Objects.requireNonNull(seen.get());
    }

    /** An operator that is not Reactor's. */
    private static final class Foreign extends Flux<Integer> {

        private final Flux<Integer> source;

        Foreign(Flux<Integer> source) {
            this.source = source;
        }

        @Override
        public void subscribe(CoreSubscriber<? super Integer> actual) {
            source.subscribe(actual);
        }
    }

    /** A subscriber that supports fusion on both sides, as Reactor's own operators do. */
    private static final class FusedSubscriber implements CoreSubscriber<Integer>, Fuseable.QueueSubscription<Integer> {

        private String given = "nothing";

        @Override
        public void onSubscribe(Subscription subscription) {
            boolean isFused = subscription instanceof Fuseable.QueueSubscription<?> queue
                    && queue.requestFusion(Fuseable.ANY) != Fuseable.NONE;
            given = subscription.getClass().getName() + (isFused ? " fused" : " not");
        }

        @Override
        public void onNext(Integer element) {}

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onComplete() {}

        @Override
        public int requestFusion(int mode) {
            return Fuseable.NONE;
        }

        @Override
        public @Nullable Integer poll() {
            return null;
        }

        @Override
        public int size() {
            return 0;
        }

        @Override
        public boolean isEmpty() {
            return true;
        }

        @Override
        public void clear() {}

        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}
