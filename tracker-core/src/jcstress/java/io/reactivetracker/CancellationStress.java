// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Cancels race with new children, new actions and each other. */
public final class CancellationStress {

    private CancellationStress() {}

    /** A child is created while its parent is cancelled: it is cancelled. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "the child is cancelled")
    @Outcome(expect = FORBIDDEN, desc = "the child was missed")
    @State
    public static class ChildRacesCancel {

        private final CancellationToken parent = CancellationToken.create();
        private CancellationToken child = parent;

        @Actor
        public void createChild() {
            child = parent.child();
        }

        @Actor
        public void cancel() {
            parent.cancel();
        }

        @Arbiter
        public void look(I_Result result) {
            result.r1 = child.isCancelled() ? 1 : 0;
        }
    }

    /** An action is registered while the token is cancelled: it runs once. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "run once")
    @Outcome(expect = FORBIDDEN, desc = "lost, or run twice")
    @State
    public static class ActionRacesCancel {

        private final CancellationToken token = CancellationToken.create();
        private final AtomicInteger told = new AtomicInteger();

        @Actor
        public void register() {
            token.onCancel(told::incrementAndGet);
        }

        @Actor
        public void cancel() {
            token.cancel();
        }

        @Arbiter
        public void told(I_Result result) {
            result.r1 = told.get();
        }
    }

    /** Two threads cancel with a cause each: one of them succeeds, and the token has its cause. */
    @JCStressTest
    @Outcome(
            id = {"1, 1", "2, 2"},
            expect = ACCEPTABLE,
            desc = "the first one's cause")
    @Outcome(expect = FORBIDDEN, desc = "both or neither, or the other one's cause")
    @State
    public static class TwoCancels {

        private final CancellationToken token = CancellationToken.create();
        private final Throwable one = new Throwable("one", null, false, false) {};
        private final Throwable two = new Throwable("two", null, false, false) {};
        private final AtomicInteger winner = new AtomicInteger();

        @Actor
        public void one() {
            if (token.cancel(one)) {
                winner.addAndGet(1);
            }
        }

        @Actor
        public void two() {
            if (token.cancel(two)) {
                winner.addAndGet(2);
            }
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = winner.get();
            result.r2 = token.cause() == one ? 1 : token.cause() == two ? 2 : 0;
        }
    }
}
