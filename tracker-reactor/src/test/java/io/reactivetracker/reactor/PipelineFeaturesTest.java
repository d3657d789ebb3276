// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.context.ContextRegistry;
import io.reactivetracker.TaskTracker;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Signal;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

/** Tracking keeps what Reactor knows about a pipeline and carries through it. */
class PipelineFeaturesTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TaskTracker tracker = TaskTracker.create("features");

    @AfterEach
    void countsNothingInTheEnd() {
        assertThat(tracker.size()).isZero();
    }

    @Test
    void theContextReachesTheUpstream() {
        StepVerifier.create(Flux.deferContextual(context -> Flux.just(context.<String>get("user")))
                        .transform(trackWith(tracker))
                        .contextWrite(Context.of("user", "ada")))
                .expectNext("ada")
                .verifyComplete();
        StepVerifier.create(Mono.deferContextual(context -> Mono.just(context.<String>get("user")))
                        .transform(trackWith(tracker))
                        .contextWrite(Context.of("user", "ada")))
                .expectNext("ada")
                .verifyComplete();
    }

    @Test
    void thePublisherCanBeScanned() {
        Flux<Integer> tracked = Flux.range(1, 3).name("orders").map(n -> n).transform(trackWith(tracker));
        Scannable flux = Scannable.from(tracked);
        assertThat(flux.isScanAvailable()).isTrue();
        assertThat(flux.name()).isEqualTo("orders");
        assertThat(flux.stepName()).isEqualTo("trackWith");
        assertThat(flux.steps()).containsExactly("source(FluxRange)", "name", "map", "trackWith");
        assertThat(flux.scan(Scannable.Attr.RUN_STYLE)).isEqualTo(Scannable.Attr.RunStyle.SYNC);
        assertThat(flux.scan(Scannable.Attr.PARENT)).isNotNull();

        Scannable mono = Scannable.from(Mono.just(1).name("bill").transform(trackWith(tracker, "bill 17")));
        assertThat(mono.name()).isEqualTo("bill");
        assertThat(mono.steps()).containsExactly("source(MonoJust)", "name", "trackWith");
        assertThat(mono.scan(Scannable.Attr.RUN_STYLE)).isEqualTo(Scannable.Attr.RunStyle.SYNC);
    }

    @Test
    void theSubscriptionCanBeScanned() {
        Disposable task =
                Flux.never().map(n -> n).transform(trackWith(tracker, "ship")).subscribe();
        Scannable step = trackStep(task);
        assertThat(step.scan(Scannable.Attr.NAME)).isNull();
        assertThat(step.scan(Scannable.Attr.ACTUAL)).isSameAs(task);
        assertThat(step.scan(Scannable.Attr.PARENT)).isNotNull();
        assertThat(step.scan(Scannable.Attr.RUN_STYLE)).isEqualTo(Scannable.Attr.RunStyle.SYNC);
        assertThat(step.scan(Scannable.Attr.TERMINATED)).isFalse();
        assertThat(step.scan(Scannable.Attr.CANCELLED)).isFalse();
        assertThat(step.scan(Scannable.Attr.PREFETCH)).isZero();
        task.dispose();
        assertThat(step.scan(Scannable.Attr.CANCELLED)).isTrue();
        assertThat(step.scan(Scannable.Attr.TERMINATED)).isFalse();
    }

    @Test
    void theSubscriptionOfAnEndedPipelineIsScannedAsTerminated() {
        Disposable task = Mono.empty().transform(trackWith(tracker)).subscribe();
        List<Scannable> steps = new ArrayList<>();
        Flux.empty()
                .transform(trackWith(tracker))
                .doOnSubscribe(subscription -> steps.add(Scannable.from(subscription)))
                .subscribe();
        assertThat(task.isDisposed()).isTrue();
        Scannable step = Stream.concat(steps.stream(), steps.get(0).parents())
                .filter(it -> it.stepName().equals("trackWith"))
                .findFirst()
                .orElseThrow();
        assertThat(step.scan(Scannable.Attr.TERMINATED)).isTrue();
        assertThat(step.scan(Scannable.Attr.CANCELLED)).isFalse();
    }

    @Test
    void checkpointsShowInTheTrace() {
        StepVerifier.create(Flux.error(new IllegalStateException("no ship"))
                        .checkpoint("before tracking")
                        .transform(trackWith(tracker))
                        .checkpoint("after tracking"))
                .verifyErrorSatisfies(error ->
                        assertThat(traceOf(error)).contains("before tracking").contains("after tracking"));
    }

    @Test
    void operatorDebugShowsWhereItWasAssembled() {
        Hooks.onOperatorDebug();
        try {
            StepVerifier.create(Flux.just(1)
                            .map(n -> n / (n - 1))
                            .transform(trackWith(tracker))
                            .filter(n -> true))
                    .verifyErrorSatisfies(error -> assertThat(traceOf(error))
                            .contains("Flux.map")
                            .contains("Flux.transform")
                            .contains("PipelineFeaturesTest"));
            StepVerifier.create(Flux.range(1, 3).transform(trackWith(tracker)).publishOn(Schedulers.immediate()))
                    .expectNext(1, 2, 3)
                    .verifyComplete();
        } finally {
            Hooks.resetOnOperatorDebug();
        }
    }

    @Test
    void hooksOnEachOperatorSeeIt() {
        List<String> lifted = Collections.synchronizedList(new ArrayList<>());
        Hooks.onEachOperator("features", Operators.lift((step, subscriber) -> {
            lifted.add(step.stepName());
            return subscriber;
        }));
        try {
            StepVerifier.create(Flux.range(1, 3).transform(trackWith(tracker)).map(n -> n))
                    .expectNext(1, 2, 3)
                    .verifyComplete();
            StepVerifier.create(Mono.just(1).transform(trackWith(tracker)))
                    .expectNext(1)
                    .verifyComplete();
        } finally {
            Hooks.resetOnEachOperator("features");
        }
        assertThat(lifted).contains("trackWith");
    }

    @Test
    void threadLocalsArePropagatedAutomatically() {
        ThreadLocal<String> user = new ThreadLocal<>();
        ContextRegistry.getInstance().registerThreadLocalAccessor("user", user);
        Hooks.enableAutomaticContextPropagation();
        try {
            List<String> seen = Collections.synchronizedList(new ArrayList<>());
            StepVerifier.create(Flux.range(1, 2)
                            .doOnNext(n -> seen.add("before " + user.get()))
                            .publishOn(Schedulers.parallel())
                            .transform(trackWith(tracker))
                            .doOnNext(n -> seen.add("after " + user.get()))
                            .doOnTerminate(() -> seen.add("at the end " + user.get()))
                            .contextWrite(Context.of("user", "ada")))
                    .expectNext(1, 2)
                    .verifyComplete();
            StepVerifier.create(Mono.fromCallable(user::get)
                            .subscribeOn(Schedulers.boundedElastic())
                            .transform(trackWith(tracker))
                            .map(name -> name + " " + user.get())
                            .contextWrite(Context.of("user", "ada")))
                    .expectNext("ada ada")
                    .verifyComplete();
            assertThat(seen).hasSize(5).allMatch(it -> it.endsWith("ada"));
        } finally {
            Hooks.disableAutomaticContextPropagation();
            ContextRegistry.getInstance().removeThreadLocalAccessor("user");
        }
    }

    @Test
    void signalsKeepTheirContext() {
        List<Signal<Integer>> signals = new ArrayList<>();
        Flux.range(1, 2)
                .transform(trackWith(tracker))
                .doOnEach(signals::add)
                .contextWrite(Context.of("user", "ada"))
                .subscribe();
        assertThat(signals)
                .hasSize(3)
                .allSatisfy(signal ->
                        assertThat(signal.getContextView().<String>get("user")).isEqualTo("ada"));
    }

    private static Scannable trackStep(Disposable task) {
        return ((Scannable) task)
                .parents()
                .filter(step -> step.stepName().equals("trackWith"))
                .findFirst()
                .orElseThrow();
    }

    private static String traceOf(Throwable error) {
        StringWriter trace = new StringWriter();
        error.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }
}
