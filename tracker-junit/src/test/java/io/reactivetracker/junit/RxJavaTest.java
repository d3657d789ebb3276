// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivex.rxjava3.functions.Function;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the extension reports for subscriptions of RxJava. */
class RxJavaTest {

    /** The results of {@link RxJavaFixtures}. */
    static final List<String> EXPECTED = List.of(
            "leavesOneOfEachType(): RxJavaFixtures.leavesOneOfEachType left 5 subscriptions: "
                    + "RxJavaFixtures.leavesOneOfEachType:N, RxJavaFixtures.leavesOneOfEachType:N, "
                    + "RxJavaFixtures$Bills.send:N, RxJavaFixtures.leavesOneOfEachType:N, "
                    + "RxJavaFixtures.leavesOneOfEachType:N",
            "ends(): ok",
            "aScheduler(): RxJavaFixtures.aScheduler left 1 subscription: RxJavaFixtures$Bills.send:N",
            "resetsTheHooks(): ok",
            "leavesOneAfterThat(): RxJavaFixtures.leavesOneAfterThat left 1 subscription: "
                    + "RxJavaFixtures$Bills.send:N",
            "isAllowed(): ok");

    @AfterEach
    void theHooksAreGone() {
        assertThat(RxJavaPlugins.getOnSingleSubscribe()).isNull();
        assertThat(RxJavaPlugins.getScheduleHandler()).isNull();
    }

    @Test
    void aTestThatLeavesSubscriptionsFailsAndNamesThem() {
        assertThat(FixtureRun.run(RxJavaFixtures.class)).containsExactlyElementsOf(EXPECTED);
    }

    @Test
    void theHookOfAnotherIsCalledAndPutBack() {
        List<Runnable> seen = new ArrayList<>();
        Function<Runnable, Runnable> theirs = command -> {
            seen.add(command);
            return command;
        };
        RxJavaPlugins.setScheduleHandler(theirs);
        try {
            // The third test schedules a command, and no test before it resets the hooks.
            assertThat(FixtureRun.run(OneThatSchedules.class)).hasSize(3);
            assertThat(seen).hasSize(3);
            assertThat(RxJavaPlugins.getScheduleHandler()).isSameAs(theirs);
        } finally {
            RxJavaPlugins.setScheduleHandler(null);
        }
    }

    @ExtendWith(NoForgottenWork.class)
    static class OneThatSchedules {

        @RepeatedTest(3)
        void schedules() throws InterruptedException {
            CountDownLatch done = new CountDownLatch(1);
            var unused = Schedulers.computation().scheduleDirect(done::countDown);
            done.await();
        }
    }
}
