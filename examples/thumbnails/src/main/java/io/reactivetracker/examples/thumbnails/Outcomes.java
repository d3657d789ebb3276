// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.thumbnails;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The outcome of each accepted picture: catalogued, failed or cancelled. */
final class Outcomes {

    private final Queue<Work> works = new ConcurrentLinkedQueue<>();

    void follow(String name, CompletableFuture<Void> work) {
        works.add(new Work(name, work));
    }

    List<String> catalogued() {
        return names(work -> work.isDone() && !work.isCompletedExceptionally());
    }

    /** Returns the failed pictures with their errors. */
    Map<String, Throwable> failed() {
        return works.stream()
                .filter(work -> work.end.isCompletedExceptionally() && !work.end.isCancelled())
                .collect(Collectors.toMap(Work::name, Work::error));
    }

    List<String> cancelled() {
        return names(CompletableFuture::isCancelled);
    }

    private List<String> names(Predicate<CompletableFuture<Void>> which) {
        return works.stream()
                .filter(work -> which.test(work.end))
                .map(Work::name)
                .toList();
    }

    private record Work(String name, CompletableFuture<Void> end) {

        Throwable error() {
            return end.handle((done, error) -> error).join();
        }
    }
}
