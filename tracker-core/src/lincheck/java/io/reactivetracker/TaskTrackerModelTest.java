// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reactivetracker.test.ModelCheck;
import java.util.List;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.junit.jupiter.api.Test;

/** Checks interleavings of a few steps in two and three threads, up to a bound. */
class TaskTrackerModelTest {

    @Test
    void twoThreadsSeeNothingThatOneAtATimeCouldNot() {
        randomScenarios(2, 4).check(RealTracker.class);
    }

    @Test
    void threeThreadsSeeNothingThatOneAtATimeCouldNot() {
        randomScenarios(3, 2).check(RealTracker.class);
    }

    @Test
    void neitherDoThreadsOfAStripedTracker() {
        randomScenarios(2, 4)
                .sequentialSpecification(StripedSpecification.class)
                .check(StripedTracker.class);
        randomScenarios(3, 2)
                .sequentialSpecification(StripedSpecification.class)
                .check(StripedTracker.class);
    }

    @Test
    void noWaitIsDoneByADrainThatCameBeforeIt() {
        lastCloseAgainst(token(), drained(), isDone()).check(RealTracker.class);
        lastCloseAgainst(reopen(), token(), drained(), isDone()).check(RealTracker.class);
    }

    @Test
    void aTrackerThatLeavesTheEpochOutIsFoundOut() {
        assertThatExceptionOfType(LincheckAssertionError.class)
                .isThrownBy(() -> lastCloseAgainst(token(), drained(), isDone()).check(TrackerWithoutEpoch.class));
        assertThatExceptionOfType(LincheckAssertionError.class)
                .isThrownBy(() ->
                        lastCloseAgainst(reopen(), token(), drained(), isDone()).check(TrackerWithoutEpoch.class));
    }

    private static ModelCheckingOptions randomScenarios(int threads, int stepsPerThread) {
        return new ModelCheckingOptions()
                .threads(threads)
                .actorsPerThread(stepsPerThread)
                .actorsBefore(2)
                .actorsAfter(2)
                .iterations(ModelCheck.iterations())
                .invocationsPerIteration(ModelCheck.invocations())
                .sequentialSpecification(TrackerSpecification.class);
    }

    /** The last task of a closed tracker ends in one thread while another one takes these steps. */
    private static ModelCheckingOptions lastCloseAgainst(Actor... steps) {
        return new ModelCheckingOptions()
                .iterations(0)
                .invocationsPerIteration(ModelCheck.invocationsOfScenario())
                .addCustomScenario(new ExecutionScenario(
                        List.of(step("close")),
                        List.of(List.of(step("closeSharedToken")), List.of(steps)),
                        List.of(step("isSharedDone")),
                        null))
                .sequentialSpecification(TrackerSpecification.class);
    }

    private static Actor token() {
        return stepOfThread("token");
    }

    private static Actor reopen() {
        return step("reopen");
    }

    private static Actor drained() {
        return stepOfThread("drained");
    }

    private static Actor isDone() {
        return stepOfThread("isDone");
    }

    private static Actor step(String name) {
        try {
            return new Actor(TrackerScenarios.class.getMethod(name), List.of());
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    private static Actor stepOfThread(String name) {
        try {
            return new Actor(TrackerScenarios.class.getMethod(name, int.class), List.of(1));
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    /** The real tracker. */
    public static class RealTracker extends TrackerScenarios {

        final TaskCount count = new TaskCount(new StateWord());

        private final TaskTracker tracker = new TaskTracker("model", count, new RunningTasks(System::nanoTime));
        private final TaskToken[] tokens = new TaskToken[THREADS];
        private final DrainSignal[] signals = new DrainSignal[THREADS];
        private final TaskToken sharedToken = tracker.token();
        private final DrainSignal sharedSignal = tracker.drained();

        /** Called by Lincheck for each interleaving. */
        public RealTracker() {}

        @Override
        public boolean token(int thread) {
            if (tokens[thread] != null) {
                return false;
            }
            tokens[thread] = tracker.token();
            return true;
        }

        @Override
        public boolean tryToken(int thread) {
            if (tokens[thread] != null) {
                return false;
            }
            tokens[thread] = tracker.tryToken();
            return tokens[thread] != null;
        }

        @Override
        public boolean closeToken(int thread) {
            if (tokens[thread] == null) {
                return false;
            }
            tokens[thread].close();
            tokens[thread] = null;
            return true;
        }

        @Override
        public void closeSharedToken() {
            sharedToken.close();
        }

        @Override
        public boolean close() {
            return tracker.close();
        }

        @Override
        public boolean reopen() {
            return tracker.reopen();
        }

        @Override
        public long size() {
            return tracker.size();
        }

        @Override
        public void drained(int thread) {
            signals[thread] = tracker.drained();
        }

        @Override
        public boolean isDone(int thread) {
            return signals[thread] != null && signals[thread].isDone();
        }

        @Override
        public boolean isSharedDone() {
            return sharedSignal.isDone();
        }
    }

    /** The real tracker in stripes, without size(), which is not atomic then. */
    public static class StripedTracker extends RealTracker {

        /** Called by Lincheck for each interleaving. */
        public StripedTracker() {
            count.stripe();
        }

        @Override
        public boolean reopen() {
            boolean changed = super.reopen();
            count.stripe();
            return changed;
        }

        @Override
        public long size() {
            return 0;
        }
    }

    /** The specification without size(). */
    public static class StripedSpecification extends TrackerSpecification {

        /** Called by Lincheck for each interleaving. */
        public StripedSpecification() {}

        @Override
        public long size() {
            return 0;
        }
    }
}
