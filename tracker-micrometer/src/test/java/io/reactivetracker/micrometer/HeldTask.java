// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.TaskGroup;
import java.util.concurrent.CompletableFuture;

/** A task of a group that runs until a test ends it. */
record HeldTask(CompletableFuture<String> body, CompletableFuture<String> outcome) {

    static HeldTask in(TaskGroup group, String name) {
        CompletableFuture<String> body = new CompletableFuture<>();
        return new HeldTask(body, group.submit(TaskOptions.named(name), task -> body));
    }

    void succeed() {
        body.complete("done");
    }

    void fail(Throwable error) {
        body.completeExceptionally(error);
    }
}
