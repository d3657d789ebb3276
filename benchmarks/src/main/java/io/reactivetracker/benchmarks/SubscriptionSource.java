// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

/** The pipelines of {@link SubscriptionBenchmark}, with their parameter values and their source text. */
enum SubscriptionSource {
    JUST("just", "`Mono.just`"),
    RANGE("range", "`Flux.range(1, 1)`"),
    NEVER("never", "`Mono.never`, cancelled");

    final String text;
    private final String parameter;

    SubscriptionSource(String parameter, String text) {
        this.parameter = parameter;
        this.text = text;
    }

    String key(String benchmark) {
        return "SubscriptionBenchmark." + benchmark + "@1[source=" + parameter + "]";
    }
}
