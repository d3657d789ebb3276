// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The end of a task of a plan races with the end of its time. */
public final class ShutdownPlanStress {

    private ShutdownPlanStress() {}

    /** Runs a plan of two phases: one task each, the second after the first. */
    abstract static class TwoPhases implements TaskTimer {

        final List<Runnable> alarms = new ArrayList<>();
        final AtomicInteger starts = new AtomicInteger();
        final PlanProcess plan;

        TwoPhases(PhaseTask first, Executor executor) {
            plan = new PlanProcess(
                    "test",
                    Duration.ofSeconds(1),
                    List.of(
                            new PhaseDefinition("first", Set.of(), Map.of("t", first), Long.MAX_VALUE / 2, 0),
                            new PhaseDefinition(
                                    "second", Set.of("first"), Map.of("t", this::second), Long.MAX_VALUE / 2, 0)),
                    this,
                    executor);
            plan.start();
        }

        private CompletableFuture<?> second(ShutdownContext context) {
            starts.incrementAndGet();
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Registration schedule(Duration delay, Runnable action) {
            alarms.add(action);
            return Registration.none();
        }
    }

    /** The task's stage is completed while the alarm of its phase rings: the phase is over once. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the next phase has started once, and the plan is over")
    @Outcome(expect = FORBIDDEN, desc = "the next phase was lost or started twice")
    @State
    public static class EndRacesAlarm extends TwoPhases {

        private static final ThreadLocal<CompletableFuture<Void>> MADE = new ThreadLocal<>();

        private final CompletableFuture<Void> stage;

        public EndRacesAlarm() {
            super(
                    context -> {
                        CompletableFuture<Void> made = new CompletableFuture<>();
                        MADE.set(made);
                        return made;
                    },
                    Runnable::run);
            stage = MADE.get();
        }

        @Actor
        public void end() {
            stage.complete(null);
        }

        @Actor
        public void alarm() {
            alarms.get(0).run();
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = starts.get();
            result.r2 = plan.report().isDone() ? 1 : 0;
        }
    }

    /** The alarm interrupts a body that is ending: no interrupt reaches what its thread runs next. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "the thread is not interrupted after the body")
    @Outcome(expect = FORBIDDEN, desc = "an interrupt has leaked")
    @State
    public static class InterruptRacesEndOfBody extends TwoPhases {

        // Takes the body of the first phase, which is started by the thread that creates the plan.
        private static final ThreadLocal<List<Runnable>> BODIES = new ThreadLocal<>();

        private final Runnable body;

        public InterruptRacesEndOfBody() {
            super(context -> null, bodies());
            body = BODIES.get().get(0);
            BODIES.remove();
        }

        private static Executor bodies() {
            BODIES.set(new ArrayList<>());
            return action -> {
                if (BODIES.get() != null) {
                    BODIES.get().add(action);
                } else {
                    action.run();
                }
            };
        }

        @Actor
        public void run(I_Result result) {
            body.run();
            result.r1 = Thread.interrupted() ? 1 : 0;
        }

        @Actor
        public void alarm() {
            alarms.get(0).run();
        }
    }

    /** The control of {@link EndRacesAlarm}: whether the phase is over is read and written in two steps. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "the next phase has started once")
    @Outcome(id = "2", expect = ACCEPTABLE_INTERESTING, desc = "started twice: both found that the phase was not over")
    @State
    public static class TwoStepsStartThePhaseTwice {

        private final AtomicInteger starts = new AtomicInteger();
        private volatile boolean isOver;

        private void finish() {
            if (!isOver) {
                isOver = true;
                starts.incrementAndGet();
            }
        }

        @Actor
        public void end() {
            finish();
        }

        @Actor
        public void alarm() {
            finish();
        }

        @Arbiter
        public void look(I_Result result) {
            result.r1 = starts.get();
        }
    }

    /** The control of {@link InterruptRacesEndOfBody}: whether the body runs is read outside of the lock. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "the thread is not interrupted after the body")
    @Outcome(
            id = "1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "leaked: the body had ended when the interrupt came that was meant for it")
    @State
    public static class InterruptWithoutTheLockLeaks {

        // A field in place of the interrupt of a thread of jcstress.
        private volatile boolean isInterrupted;
        private volatile boolean isRunning;

        @Actor
        public void run() {
            isRunning = true;
            isRunning = false;
            isInterrupted = false;
        }

        @Actor
        public void alarm() {
            if (isRunning) {
                isInterrupted = true;
            }
        }

        @Arbiter
        public void look(I_Result result) {
            result.r1 = isInterrupted ? 1 : 0;
        }
    }
}
