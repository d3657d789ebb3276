// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.reactivetracker.shutdown.PhaseReport;
import io.reactivetracker.shutdown.ShutdownPlan;
import io.reactivetracker.shutdown.ShutdownPlanReport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs the same phases and tasks by a {@link ShutdownPlan} and by Pekko's {@link CoordinatedShutdown}. The figures of
 * docs/recipes/shut-down-without-spring.md are from what this test prints.
 */
@Timeout(120)
class CoordinatedShutdownComparisonTest {

    private static final Duration PHASE = Duration.ofSeconds(1);

    private final List<String> pekkoEvents = new CopyOnWriteArrayList<>();
    private final List<String> planEvents = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Done> pekkoHangs = new CompletableFuture<>();
    private final List<CompletableFuture<Done>> planHangs = new CopyOnWriteArrayList<>();

    private static CompletionStage<Done> ends(List<String> events, String name) {
        events.add(name);
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    private static CompletionStage<Done> fails(List<String> events) {
        events.add("fails");
        return CompletableFuture.failedFuture(new IllegalStateException("not flushed"));
    }

    @Test
    void bothGoOnAfterATaskThatHangsAndOneThatFailsButOnlyThePlanSaysSoAndCancels() {
        long pekkoTook = runPekko(1);
        ShutdownPlanReport report = runPlan(1, Duration.ofSeconds(10));

        assertThat(pekkoEvents).containsExactly("intake", "fails", "clients");
        assertThat(planEvents).containsExactly("intake", "fails", "clients");
        // Pekko's future has no result but Done, and what it abandons goes on.
        assertThat(pekkoHangs).isNotDone();
        await().until(planHangs.get(0)::isCancelled);
        assertThat(report.phases()).extracting(PhaseReport::isComplete).containsExactly(true, false, true);
        System.out.println("one phase hangs: CoordinatedShutdown "
                + Duration.ofNanos(pekkoTook).toMillis() + " ms; plan "
                + report.took().toMillis() + " ms\n" + report);
    }

    @Test
    void whenPhasesHangPekkoTakesTheSumOfTheirTimesAndThePlanItsBudget() {
        long pekkoTook = runPekko(3);
        ShutdownPlanReport report = runPlan(3, Duration.ofSeconds(2));

        assertThat(pekkoEvents).endsWith("clients");
        assertThat(planEvents).endsWith("clients");
        assertThat(report.phases()).hasSize(5);
        System.out.println("three phases hang: CoordinatedShutdown "
                + Duration.ofNanos(pekkoTook).toMillis() + " ms; plan "
                + report.took().toMillis() + " ms\n" + report);
    }

    private long runPekko(int hanging) {
        StringBuilder phases = new StringBuilder("intake { depends-on = [before-service-unbind], timeout = 1 s }\n");
        String before = "intake";
        for (int i = 0; i < hanging; i++) {
            phases.append("work" + i + " { depends-on = [" + before + "], timeout = 1 s }\n");
            before = "work" + i;
        }
        phases.append("clients { depends-on = [" + before + "], timeout = 1 s }\n");
        ActorSystem system = ActorSystem.create(
                "comparison",
                ConfigFactory.parseString("pekko.stdout-loglevel = WARNING\npekko.loglevel = WARNING\n"
                                + "pekko.coordinated-shutdown.phases {\n" + phases + "}\n"
                                + "pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off")
                        .withFallback(ConfigFactory.load()));
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
        shutdown.addTask("intake", "server", () -> ends(pekkoEvents, "intake"));
        for (int i = 0; i < hanging; i++) {
            shutdown.addTask("work" + i, "hangs", () -> pekkoHangs);
        }
        shutdown.addTask("work0", "fails", () -> fails(pekkoEvents));
        shutdown.addTask("clients", "redis", () -> ends(pekkoEvents, "clients"));
        long start = System.nanoTime();
        shutdown.runAll(CoordinatedShutdown.unknownReason())
                .toCompletableFuture()
                .join();
        return System.nanoTime() - start;
    }

    private ShutdownPlanReport runPlan(int hanging, Duration budget) {
        var plan = ShutdownPlan.within(budget)
                .phase("intake", phase -> phase.timeout(PHASE).task("server", context -> ends(planEvents, "intake")));
        String last = "intake";
        for (int i = 0; i < hanging; i++) {
            String before = last;
            boolean isFirst = i == 0;
            last = "work" + i;
            plan.phase(last, phase -> {
                phase.after(before).timeout(PHASE).task("hangs", context -> {
                    CompletableFuture<Done> hangs = new CompletableFuture<>();
                    planHangs.add(hangs);
                    return hangs;
                });
                if (isFirst) {
                    phase.task("fails", context -> fails(planEvents));
                }
            });
        }
        String before = last;
        plan.phase(
                "clients",
                phase -> phase.after(before).timeout(PHASE).task("redis", context -> ends(planEvents, "clients")));
        return plan.build().run("comparison").join();
    }
}
