// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A store that grants a key while the one that has asked for it takes that back. */
public final class ClaimStress {

    private ClaimStress() {}

    /** A store in memory whose answer to a begin is held back. */
    private static final class HeldAnswer {

        private final RecordStore<String> memory = RecordStore.inMemory();
        private final CompletableFuture<RecordStore.Claim> answer = new CompletableFuture<>();

        @SuppressWarnings("unchecked") // of this interface
        RecordStore<String> store() {
            return (RecordStore<String>) Proxy.newProxyInstance(
                    RecordStore.class.getClassLoader(),
                    new Class<?>[] {RecordStore.class},
                    (proxy, method, arguments) ->
                            method.getName().equals("begin") ? answer : method.invoke(memory, arguments));
        }

        void grant() {
            answer.complete(memory.begin("key").toCompletableFuture().join());
        }

        int running() {
            return memory.counts()
                    .toCompletableFuture()
                    .join()
                    .getOrDefault(TaskStatus.RUNNING, 0L)
                    .intValue();
        }
    }

    private static int hasKey(CompletableFuture<?> asked) {
        return asked.isCompletedExceptionally() ? 0 : 1;
    }

    /** Either the one that has asked has the key, or nobody. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "given back, or held")
    @Outcome(expect = FORBIDDEN, desc = "a key that nobody has is under way")
    @State
    public static class CancelRacesGrant {

        private final HeldAnswer held = new HeldAnswer();
        private final CompletableFuture<?> asked = TaskRecorder.builder(held.store())
                .executor(Runnable::run) // what is given back is so when both have returned
                .build()
                .begin("key", RecordOptions.defaults());

        @Actor
        public void store() {
            held.grant();
        }

        @Actor
        public void owner() {
            asked.cancel(false);
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = hasKey(asked);
            result.r2 = held.running();
        }
    }

    /** The same of one that looks whether somebody waits, and then hands the key over. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "given back, or held")
    @Outcome(expect = FORBIDDEN, desc = "a key that nobody has is under way")
    @State
    public static class CancelRacesGrantControl {

        private final HeldAnswer held = new HeldAnswer();
        private final CompletableFuture<RecordStore.Claim> asked = new CompletableFuture<>();

        public CancelRacesGrantControl() {
            held.answer.thenAccept(claim -> {
                if (asked.isDone()) {
                    claim.fail(new IllegalStateException("nobody waits"));
                } else {
                    asked.complete(claim);
                }
            });
        }

        @Actor
        public void store() {
            held.grant();
        }

        @Actor
        public void owner() {
            asked.cancel(false);
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = hasKey(asked);
            result.r2 = held.running();
        }
    }
}
