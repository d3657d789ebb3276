// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.fuzz.Fuzzer;
import io.reactivetracker.fuzz.ThreadFuzzer;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares random pipelines with the same pipelines without us. */
class RxJavaFuzzTest {

    @BeforeEach
    void noteWhatIsDropped() {
        FlowableAssembly.noteUndeliverable();
    }

    @AfterEach
    void forget() {
        RxJavaPlugins.reset();
    }

    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS) // bounded by the number of pipelines
    void randomPipelinesAreTheSameWithUs() {
        new Fuzzer(FlowableAssembly.with(FlowableAssembly::trackWith)).run("RxJava", 20_000);
    }

    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS) // bounded by the number of pipelines
    void randomPipelinesEndAndCountDownInRealThreads() {
        new ThreadFuzzer(FlowableAssembly.with(FlowableAssembly::trackWith)).run("RxJava", 1_000);
    }

    @Test
    void aCountThatStaysIsFoundInRealThreads() {
        ThreadFuzzer fuzzer = new ThreadFuzzer(
                FlowableAssembly.with(world -> new BrokenTracking(BrokenTracking.How.LEAKS_WHEN_CANCELLED, world)));
        assertThat(fuzzer.firstFailure(1, 5_000, "still counted")).isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void anOperatorThatCountsWronglyIsFound(BrokenTracking.How broken) {
        Fuzzer fuzzer = new Fuzzer(FlowableAssembly.with(world -> new BrokenTracking(broken, world)));
        long seed = fuzzer.firstFailure(1, 2_000);
        assertThat(seed).isPositive();
        assertThat(fuzzer.explain(seed)).contains("-Dfuzz.seed=" + seed, "TRACK");
    }
}
