// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.fuzz.Fuzzer;
import io.reactivetracker.fuzz.ThreadFuzzer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares random pipelines with the same pipelines built of the references. */
class ReactorFuzzTest {

    @BeforeEach
    void noteWhatIsDropped() {
        Dropping.install();
    }

    @AfterEach
    void forget() {
        Dropping.remove();
    }

    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS) // bounded by the number of pipelines
    void randomPipelinesAreTheSameWithUs() {
        new Fuzzer(FluxAssembly.with(FluxAssembly::trackWith)).run("Reactor", 20_000);
    }

    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS) // bounded by the number of pipelines
    void randomPipelinesEndAndCountDownInRealThreads() {
        new ThreadFuzzer(FluxAssembly.with(FluxAssembly::trackWith)).run("Reactor", 1_000);
    }

    @Test
    void aStepThatRunsAfterTheDrainIsFoundInRealThreads() {
        ThreadFuzzer fuzzer = new ThreadFuzzer(FluxAssembly.with(BrokenTracking.PASSES_FUSION_ON));
        assertThat(fuzzer.firstFailure(1, 5_000, "runs after the tracker has drained"))
                .isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void anOperatorThatCountsWronglyIsFound(BrokenTracking broken) {
        Fuzzer fuzzer = new Fuzzer(FluxAssembly.with(broken));
        long seed = fuzzer.firstFailure(1, 2_000);
        assertThat(seed).isPositive();
        assertThat(fuzzer.explain(seed)).contains("-Dfuzz.seed=" + seed, "TRACK");
    }
}
