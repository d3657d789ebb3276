// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.test.ModelCheck;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Explores every interleaving, up to a bound, of a few steps on an in-memory recorder in two and three threads. */
class TaskRecorderModelTest {

    @Test
    void twoThreadsSeeNothingThatOneAtATimeCouldNot() {
        randomScenarios(2, 4).check(RealRecorder.class);
    }

    @Test
    void threeThreadsSeeNothingThatOneAtATimeCouldNot() {
        randomScenarios(3, 2).check(RealRecorder.class);
    }

    @Test
    void neitherDoThreadsOfAStoreThatMayDropRecords() {
        randomScenarios(2, 4).check(RecorderWithRetention.class);
    }

    @Test
    void whatIsLaunchedWhileItIsRevokedIsFoundAsLongAsItRuns() {
        launchAgainstRevoke().check(RealRecorder.class);
    }

    @Test
    void whatIsForgottenWhileItIsLaunchedIsLaunchedOrRefusedAndItsFenceGoesUp() {
        options()
                .addCustomScenario(new ExecutionScenario(
                        List.of(begin(0), succeed(0)),
                        List.of(List.of(forget(), begin(1), fail(1)), List.of(begin(2), succeed(2), status())),
                        List.of(status()),
                        null))
                .check(RealRecorder.class);
    }

    @Test
    void aRecorderOfManySetsIsFoundOut() {
        // R4 of async_tasks_recorder.
        assertThatExceptionOfType(LincheckAssertionError.class)
                .isThrownBy(() -> launchAgainstRevoke().check(RecorderOfSets.class))
                .withMessageContaining("status(1): NOT_FOUND");
    }

    @Test
    void aWaitIsToldOfTheVeryTaskThatItWasMadeFor() {
        options()
                .addCustomScenario(new ExecutionScenario(
                        List.of(begin(1)),
                        List.of(List.of(fail(1), begin(1), succeed(1)), List.of(waitFor(2))),
                        List.of(told(2)),
                        null))
                .sequentialSpecification(WaitSpecification.class)
                .check(RecorderWithWaits.class);
    }

    private static ModelCheckingOptions options() {
        return new ModelCheckingOptions()
                .iterations(0)
                .invocationsPerIteration(ModelCheck.invocationsOfScenario())
                .sequentialSpecification(RecorderSpecification.class);
    }

    private static ModelCheckingOptions randomScenarios(int threads, int stepsPerThread) {
        return options()
                .threads(threads)
                .actorsPerThread(stepsPerThread)
                .actorsBefore(3)
                .actorsAfter(2)
                .iterations(ModelCheck.iterations())
                .invocationsPerIteration(ModelCheck.invocations());
    }

    /** One thread revokes a success while another launches the same key and reads its status. */
    private static ModelCheckingOptions launchAgainstRevoke() {
        return options()
                .addCustomScenario(new ExecutionScenario(
                        List.of(begin(0), succeed(0)),
                        List.of(List.of(beginRevoke(1), succeed(1)), List.of(begin(2), status(), succeed(2))),
                        List.of(status()),
                        null));
    }

    private static Actor begin(int thread) {
        return actor("begin", List.of(thread, 1), int.class, int.class);
    }

    private static Actor beginRevoke(int thread) {
        return actor("beginRevoke", List.of(thread, 1), int.class, int.class);
    }

    private static Actor succeed(int thread) {
        return actor("succeed", List.of(thread), int.class);
    }

    private static Actor fail(int thread) {
        return actor("fail", List.of(thread), int.class);
    }

    private static Actor forget() {
        return actor("forget", List.of(1), int.class);
    }

    private static Actor status() {
        return actor("status", List.of(1), int.class);
    }

    private static Actor waitFor(int thread) {
        return actor(WaitScenarios.class, "waitFor", List.of(thread, 1), int.class, int.class);
    }

    private static Actor told(int thread) {
        return actor(WaitScenarios.class, "told", List.of(thread), int.class);
    }

    private static Actor actor(String name, List<?> arguments, Class<?>... types) {
        return actor(RecorderScenarios.class, name, arguments, types);
    }

    private static Actor actor(Class<?> where, String name, List<?> arguments, Class<?>... types) {
        try {
            return new Actor(where.getMethod(name, types), arguments);
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * A timer that never fires. Lincheck explores everything a recorder refers to, and the system timer is shared with
     * other tests.
     */
    private enum StillTimer implements TaskTimer {
        INSTANCE;

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Registration schedule(Duration delay, Runnable action) {
            return Registration.none();
        }
    }

    /** The real recorder. */
    public static class RealRecorder extends RecorderScenarios {

        final TaskRecorder<Integer> recorder;
        private final @Nullable RecordedTask<?>[] held = new RecordedTask<?>[THREADS];
        private final long[] fences = new long[KEYS];

        /** Called by Lincheck for every interleaving. */
        public RealRecorder() {
            this(Retention.forever());
        }

        RealRecorder(Retention retention) {
            this.recorder = TaskRecorder.builder(RecordStore.<Integer>inMemory(retention, StillTimer.INSTANCE))
                    .timer(StillTimer.INSTANCE)
                    .executor(Runnable::run)
                    .build();
        }

        @Override
        public String begin(int thread, int key) {
            return held[thread] != null
                    ? NOTHING_DONE
                    : hold(thread, key, recorder.begin(key, RecordOptions.defaults()));
        }

        @Override
        public String beginRevoke(int thread, int key) {
            return held[thread] != null ? NOTHING_DONE : hold(thread, key, recorder.beginRevoke(key));
        }

        private String hold(int thread, int key, CompletableFuture<? extends RecordedTask<?>> begun) {
            return begun.handle((task, refusal) -> {
                        if (refusal instanceof TaskAlreadyRecordedException taken) {
                            return taken.status().name();
                        }
                        if (refusal instanceof TaskNotSucceededException missing) {
                            return missing.status().name();
                        }
                        // This thread holds the key, so no other thread is here for it.
                        if (task.fencingToken() <= fences[key]) {
                            return "granted with fence " + task.fencingToken() + " after " + fences[key];
                        }
                        fences[key] = task.fencingToken();
                        held[thread] = task;
                        return GRANTED;
                    })
                    .join();
        }

        @Override
        public String succeed(int thread) {
            RecordedTask<?> task = held[thread];
            if (task == null) {
                return NOTHING_DONE;
            }
            held[thread] = null;
            return answer(task.succeed());
        }

        @Override
        public String fail(int thread) {
            RecordedTask<?> task = held[thread];
            if (task == null) {
                return NOTHING_DONE;
            }
            held[thread] = null;
            return answer(task.fail(new ThreadsFailure(thread)));
        }

        private static String answer(CompletableFuture<Void> settled) {
            return settled.isCompletedExceptionally() ? "refused" : "taken";
        }

        @Override
        public TaskStatus status(int key) {
            return recorder.status(key).join();
        }

        @Override
        public String failure(int key) {
            Throwable failure = recorder.failure(key).join();
            return failure instanceof RecordedFailureException recorded
                    ? Objects.requireNonNull(recorded.failureMessage())
                    : "none";
        }

        @Override
        public boolean forget(int key) {
            return recorder.forget(key).join();
        }
    }

    /** A recorder whose retention exceeds the number of records, so it drops none. */
    public static class RecorderWithRetention extends RealRecorder {

        /** Called by Lincheck for every interleaving. */
        public RecorderWithRetention() {
            super(Retention.maxEntries(KEYS));
        }
    }

    /** A failure without a stack trace. */
    private static final class ThreadsFailure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        ThreadsFailure(int thread) {
            super("of thread " + thread, null, false, false);
        }
    }

    /** The operations of waiters. */
    public interface WaitScenarios {

        /** Starts a wait. */
        void waitFor(int thread, int key);

        /** Returns the status that completed the wait. */
        @Nullable
        TaskStatus told(int thread);
    }

    /** The recorder with one waiter in each thread. */
    public static class RecorderWithWaits extends RealRecorder implements WaitScenarios {

        private final @Nullable CompletableFuture<?>[] waits = new CompletableFuture<?>[THREADS];

        /** Called by Lincheck for every interleaving. */
        public RecorderWithWaits() {}

        @Override
        public void waitFor(int thread, int key) {
            waits[thread] = recorder.whenSettled(key);
        }

        @Override
        public @Nullable TaskStatus told(int thread) {
            CompletableFuture<?> wait = waits[thread];
            return wait == null || !wait.isDone() ? null : ((TaskRecord) wait.join()).status();
        }
    }

    /** A waiter for a running key is notified when the key next settles; a waiter for another key, at once. */
    public static class WaitSpecification extends RecorderSpecification implements WaitScenarios {

        private final @Nullable TaskStatus[] told = new TaskStatus[THREADS];
        private final int[] waiting = new int[THREADS];

        /** Called by Lincheck for every interleaving. */
        public WaitSpecification() {}

        @Override
        public void waitFor(int thread, int key) {
            waiting[thread] = key;
            tell();
        }

        @Override
        public @Nullable TaskStatus told(int thread) {
            return told[thread];
        }

        @Override
        public String succeed(int thread) {
            String answer = super.succeed(thread);
            tell();
            return answer;
        }

        @Override
        public String fail(int thread) {
            String answer = super.fail(thread);
            tell();
            return answer;
        }

        private void tell() {
            for (int thread = 0; thread < THREADS; thread++) {
                if (waiting[thread] != 0 && status(waiting[thread]).isSettled()) {
                    told[thread] = status(waiting[thread]);
                    waiting[thread] = 0;
                }
            }
        }
    }
}
