// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import io.reactivetracker.TaskTracker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;

/** A program without a framework that {@link JvmShutdownTest} starts and stops. */
public final class JvmShutdownProgram {

    private static final BufferedReader IN =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private JvmShutdownProgram() {}

    /** Runs what the argument names. */
    @SuppressWarnings("CheckReturnValue")
    public static void main(String[] arguments) throws Exception {
        TaskTracker tracker = TaskTracker.create("orders");
        ShutdownPlanBuilder plan = ShutdownPlan.within(Duration.ofSeconds(arguments[0].startsWith("hang") ? 1 : 600));
        switch (arguments[0]) {
            case "phases" ->
                JvmShutdown.install(plan.phase("one", phase -> phase.task("t", says("one")))
                        .phase("two", phase -> phase.after("one").task("t", says("two")))
                        .phase("three", phase -> phase.after("two").task("t", says("three")))
                        .build());
            case "hang" ->
                JvmShutdown.install(plan.phase(
                                "one",
                                phase -> phase.task("t", context -> {
                                    System.out.println("hangs");
                                    return new CompletableFuture<>();
                                }))
                        .phase(
                                "two",
                                phase -> phase.after("one").task("t", context -> {
                                    System.out.println("in two");
                                    return null;
                                }))
                        .build());
            case "throw" ->
                JvmShutdown.install(plan.phase(
                                "one",
                                phase -> phase.task("t", context -> {
                                    throw new IOException("reset");
                                }))
                        .build());
            case "status" ->
                JvmShutdown.install(
                        plan.phase("one", phase -> phase.task("t", says("one"))).build(), report -> 42);
            case "status-throws" ->
                JvmShutdown.install(
                        plan.phase("one", phase -> phase.task("t", says("one"))).build(), report -> {
                            throw new IllegalStateException("no status");
                        });
            case "hang-exit-in-plan" ->
                JvmShutdown.install(plan.phase(
                                "one",
                                phase -> phase.task("exits", context -> {
                                    System.exit(5);
                                    return null;
                                }))
                        .build());
            case "hang-exit-in-task" -> {
                JvmShutdown.install(
                        plan.phase("one", phase -> phase.tracker(tracker)).build());
                Executor executor = tracker.wrap(action -> new Thread(action).start());
                executor.execute(() -> System.exit(3));
            }
            case "start-fails" -> {
                JvmShutdown.install(plan.phase("one", phase -> phase.task("t", context -> null))
                        .build());
                throw new IllegalStateException("the port is in use");
            }
            case "ends" -> {
                JvmShutdown.install(plan.phase("one", phase -> phase.task("t", context -> null))
                        .build());
                return;
            }
            case "closed" ->
                JvmShutdown.install(plan.phase("one", phase -> phase.task("t", says("one")))
                                .build())
                        .close();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.println("started");
        new CountDownLatch(1).await();
    }

    /** Tells the test where the plan is, and goes on when the test says so. */
    private static ShutdownTask says(String phase) {
        return context -> {
            System.out.println("in " + phase + " (" + context.reason() + ")");
            IN.readLine();
            return null;
        };
    }
}
