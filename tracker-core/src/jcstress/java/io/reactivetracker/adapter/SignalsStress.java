// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.reactivetracker.CancellationToken;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A token's cut that races with the signals of a subscription; in the package of the gate to reach it.
 *
 * <p>What has {@code Control} in its name is wrong on purpose, and is to be found by the same actors.
 */
public final class SignalsStress {

    private SignalsStress() {}

    /** What a gate is asked for. */
    interface Gate {
        boolean enter();

        boolean leave();

        boolean cut();
    }

    /** The real one, which nobody is in yet. */
    private static final class RealGate implements Gate {

        private final HalfSerializer gate = new HalfSerializer();

        @Override
        public boolean enter() {
            return gate.enter();
        }

        @Override
        public boolean leave() {
            return gate.leave();
        }

        @Override
        public boolean cut() {
            return gate.cut();
        }
    }

    /** One of two flags, each of which is volatile, that are not one word. */
    private static final class TwoFlags implements Gate {

        private final AtomicInteger inside = new AtomicInteger();
        private volatile boolean isCut;

        @Override
        public boolean enter() {
            if (isCut) {
                return false;
            }
            inside.incrementAndGet();
            return true;
        }

        @Override
        public boolean leave() {
            return inside.decrementAndGet() == 0 && isCut;
        }

        @Override
        public boolean cut() {
            isCut = true;
            inside.incrementAndGet();
            return true;
        }
    }

    /**
     * An element on its way, and a cut; the thread that tells of the cut checks whether the element is still on its
     * way.
     */
    private static final class ElementAndCut {

        private final Gate gate;
        private int element;

        ElementAndCut(Gate gate) {
            this.gate = gate;
        }

        int passElement() {
            if (!gate.enter()) {
                return 0;
            }
            element = 1;
            element = 2;
            return gate.leave() ? 1 : 0;
        }

        int cut() {
            gate.cut();
            return gate.leave() ? 1 + element : 0;
        }
    }

    /** One of the two tells of the cut, after the element or instead of it. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "told by the upstream's thread, after the element")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "told by the cut, and the element was kept back")
    @Outcome(id = "0, 3", expect = ACCEPTABLE, desc = "told by the cut, after the element")
    @Outcome(expect = FORBIDDEN, desc = "told twice, or not, or in the middle of an element")
    @State
    public static class CutRacesElement {

        private final ElementAndCut race = new ElementAndCut(new RealGate());

        @Actor
        public void upstream(II_Result result) {
            result.r1 = race.passElement();
        }

        @Actor
        public void token(II_Result result) {
            result.r2 = race.cut();
        }
    }

    /** The same of a gate that is wrong. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "told by the upstream's thread, after the element")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "told by the cut, and the element was kept back")
    @Outcome(id = "0, 3", expect = ACCEPTABLE, desc = "told by the cut, after the element")
    @Outcome(expect = FORBIDDEN, desc = "told twice, or not, or in the middle of an element")
    @State
    public static class CutRacesElementControl {

        private final ElementAndCut race = new ElementAndCut(new TwoFlags());

        @Actor
        public void upstream(II_Result result) {
            result.r1 = race.passElement();
        }

        @Actor
        public void token(II_Result result) {
            result.r2 = race.cut();
        }
    }

    /** A terminal signal and a cut: one of them is the end. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = ACCEPTABLE,
            desc = "one is the end")
    @Outcome(expect = FORBIDDEN, desc = "two ends, or none")
    @State
    public static class CutRacesEnd {

        private final HalfSerializer gate = new HalfSerializer();

        @Actor
        public void upstream(ZZ_Result result) {
            result.r1 = gate.terminate();
        }

        @Actor
        public void token(ZZ_Result result) {
            result.r2 = gate.cut() && gate.leave();
        }
    }

    /** Signals that count how often they cancel the upstream, and tell of a cut. */
    private static final class Signals extends CancellableSignals {

        private final boolean isOnce;
        private final AtomicInteger cancels = new AtomicInteger();
        private final AtomicInteger told = new AtomicInteger();

        Signals(CancellationToken token, boolean isOnce) {
            super(token);
            this.isOnce = isOnce;
            listen();
        }

        void cancel() {
            boolean isEnd = end();
            if (isEnd || !isOnce) {
                cancelUpstream();
            }
        }

        @Override
        protected void cancelUpstream() {
            cancels.incrementAndGet();
        }

        @Override
        protected void passOnError(Throwable error) {
            told.incrementAndGet();
        }
    }

    /**
     * The downstream cancels and so does the token: the upstream is cancelled once, and the downstream told once at
     * most.
     */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "cancelled once")
    @Outcome(expect = FORBIDDEN, desc = "not cancelled, or twice")
    @State
    public static class CancelRacesCut {

        private final CancellationToken token = CancellationToken.create();
        private final Signals signals = new Signals(token, true);

        @Actor
        public void downstream() {
            signals.cancel();
        }

        @Actor
        public void token() {
            token.cancel();
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = signals.cancels.get();
            result.r2 = signals.told.get();
        }
    }

    /** The same of signals that do not ask whether they were cut off before. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "cancelled once")
    @Outcome(expect = FORBIDDEN, desc = "not cancelled, or twice")
    @State
    public static class CancelRacesCutControl {

        private final CancellationToken token = CancellationToken.create();
        private final Signals signals = new Signals(token, false);

        @Actor
        public void downstream() {
            signals.cancel();
        }

        @Actor
        public void token() {
            token.cancel();
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = signals.cancels.get();
            result.r2 = signals.told.get();
        }
    }
}
