// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Work that runs until a test ends it. Counts its starts. */
final class HeldBody implements Function<RecordContext<String>, CompletionStage<String>> {

    final List<RecordContext<String>> attempts = new ArrayList<>();
    final CompletableFuture<String> work = new CompletableFuture<>();

    @Override
    public CompletionStage<String> apply(RecordContext<String> attempt) {
        attempts.add(attempt);
        return work;
    }

    int starts() {
        return attempts.size();
    }

    RecordContext<String> attempt() {
        return attempts.get(attempts.size() - 1);
    }
}
