// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests that run at the same time are told apart, or all of them are named. */
class ParallelTestsTest {

    private static final Map<String, String> PARALLEL = Map.of(
            NoForgottenWork.GRACE,
            "0 ms",
            "junit.jupiter.execution.parallel.enabled",
            "true",
            "junit.jupiter.execution.parallel.mode.classes.default",
            "concurrent",
            "junit.jupiter.execution.parallel.config.strategy",
            "fixed",
            "junit.jupiter.execution.parallel.config.fixed.parallelism",
            "2");

    @Test
    void eachIsGivenItsOwnSubscriptions() {
        assertThat(FixtureRun.run(PARALLEL, ParallelFixtures.OwnThreads.class))
                .containsExactlyInAnyOrder(
                        "accepts(): ParallelFixtures.OwnThreads.accepts left 1 subscription: "
                                + "Fixtures$Orders.accept:N",
                        "names(): ParallelFixtures.OwnThreads.names left 1 subscription: "
                                + "Fixtures$Orders.named:N \"order 17\"");
    }

    @Test
    void inAPoolTheLastToEndFailsAndTheMessageNamesAll() throws Exception {
        OldThread.start();
        List<String> lines = FixtureRun.run(PARALLEL, ParallelFixtures.APool.class);
        assertThat(lines).hasSize(2).filteredOn(line -> line.endsWith(": ok")).hasSize(1);
        assertThat(lines)
                .filteredOn(line -> !line.endsWith(": ok"))
                .singleElement()
                .asString()
                .matches("(uses|runsMeanwhile)\\(\\): ParallelFixtures.APool.(uses|runsMeanwhile) or "
                        + "ParallelFixtures.APool.(uses|runsMeanwhile), which ran at the same time, "
                        + "left 1 subscription: Fixtures\\$Orders.accept:N in thread orders-1");
    }

    @Test
    void aTestOfAnotherClassThatIsNotCheckedIsNotConfusedWithOne() {
        assertThat(FixtureRun.run(PARALLEL, ParallelFixtures.Checked.class, ParallelFixtures.Unchecked.class))
                .containsExactlyInAnyOrder("isNotBlamed(): ok", "leaves(): ok");
    }
}
