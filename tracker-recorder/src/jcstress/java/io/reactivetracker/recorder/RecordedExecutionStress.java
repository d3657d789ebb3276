// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A recorded subscription whose downstream cancels while the key is granted and the upstream is subscribed to. */
public final class RecordedExecutionStress {

    private RecordedExecutionStress() {}

    /** What the two threads do, and what is left after them. */
    private interface Subscribing {
        void subscribe();

        void cancel();

        /** Returns how many upstreams were subscribed to and not cancelled. */
        int running();

        /** Returns how many records are under way. */
        int recording();
    }

    private static final class Recorded extends RecordedExecution<String> implements Subscribing {

        private final TaskRecorder<String> recorder;
        private final AtomicInteger upstreams = new AtomicInteger();
        private volatile boolean isKnown;

        private Recorded(TaskRecorder<String> recorder) {
            super(ClaimRequest.task(recorder, "key", RecordOptions.defaults()));
            this.recorder = recorder;
        }

        Recorded() {
            this(TaskRecorder.create());
        }

        @Override
        public void subscribe() {
            sendRequest();
        }

        @Override
        public void cancel() {
            cancelExecution();
        }

        @Override
        public int running() {
            return upstreams.get();
        }

        @Override
        public int recording() {
            return recorder.counts().join().getOrDefault(TaskStatus.RUNNING, 0L).intValue();
        }

        @Override
        protected void startWork(RecordedTask<String> begun) {
            upstreams.set(1);
            isKnown = true;
            workStarted();
        }

        @Override
        protected void cancelWork() {
            if (isKnown) {
                upstreams.set(0);
            }
        }

        @Override
        protected void emitComplete() {}

        @Override
        protected void emitError(Throwable error) {}

        @Override
        protected void drop(Throwable error) {}
    }

    /** Reads the other's flag before it writes its own. */
    private static final class LooksTooEarly implements Subscribing {

        private volatile boolean isKnown;
        private volatile boolean isCancelled;
        private volatile int upstreams;

        @Override
        public void subscribe() {
            upstreams = 1;
            boolean wasCancelled = isCancelled;
            isKnown = true;
            if (wasCancelled) {
                upstreams = 0;
            }
        }

        @Override
        public void cancel() {
            boolean wasKnown = isKnown;
            isCancelled = true;
            if (wasKnown) {
                upstreams = 0;
            }
        }

        @Override
        public int running() {
            return upstreams;
        }

        @Override
        public int recording() {
            return upstreams;
        }
    }

    /** However they meet, nothing runs after a cancel, and nothing is recorded as running. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "cancelled, and recorded as over")
    @Outcome(expect = FORBIDDEN, desc = "the cancel was lost")
    @State
    public static class CancelRacesSubscription {

        private final Subscribing signals = new Recorded();

        @Actor
        public void store() {
            signals.subscribe();
        }

        @Actor
        public void downstream() {
            signals.cancel();
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = signals.running();
            result.r2 = signals.recording();
        }
    }

    /** The same of flags in the wrong order. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "cancelled, and recorded as over")
    @Outcome(expect = FORBIDDEN, desc = "the cancel was lost")
    @State
    public static class CancelRacesSubscriptionControl {

        private final Subscribing signals = new LooksTooEarly();

        @Actor
        public void store() {
            signals.subscribe();
        }

        @Actor
        public void downstream() {
            signals.cancel();
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = signals.running();
            result.r2 = signals.recording();
        }
    }
}
