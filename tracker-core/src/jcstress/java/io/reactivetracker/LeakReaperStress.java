// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.ref.WeakReference;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** Watched tasks that start while the reaper's thread ends. */
public final class LeakReaperStress {

    private LeakReaperStress() {}

    /** A task starts while the thread finds nothing to wait for: afterwards there is a thread, this one or another. */
    @JCStressTest
    @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "a thread waits for the task")
    @Outcome(expect = FORBIDDEN, desc = "no thread waits for the task")
    @State
    public static class AddRacesEnd {

        private static final TaskTracker TRACKER = TaskTracker.create();
        private static final WeakReference<LeakSampler> NO_SAMPLER = new WeakReference<>(null);

        private final LeakReaper reaper = new LeakReaper(1, action -> {});
        private final TaskToken token = new TaskToken(TRACKER, (String) null);
        private final WatchedTask ended = new WatchedTask(token, null, NO_SAMPLER, 0, reaper.queue());
        private final WatchedTask started = new WatchedTask(token, null, NO_SAMPLER, 0, reaper.queue());

        public AddRacesEnd() {
            reaper.add(ended.reference().node());
            reaper.remove(ended.reference().node());
        }

        @Actor
        public void start() {
            reaper.add(started.reference().node());
        }

        @Actor
        public void end() {
            boolean unused = reaper.endIfIdle();
        }

        @Arbiter
        public void look(ZI_Result result) {
            result.r1 = reaper.hasThread();
            result.r2 = reaper.size();
        }
    }
}
