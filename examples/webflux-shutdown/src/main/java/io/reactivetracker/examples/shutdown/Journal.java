// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The file that says which orders were shipped: a line is there once its order needs no more work. */
final class Journal {

    private final Path file;
    private final Scheduler writer = Schedulers.newSingle("journal", true);

    Journal(Path file) {
        this.file = file;
    }

    Mono<Void> append(String line) {
        return Mono.<Void>fromCallable(() -> {
                    Files.writeString(
                            file, line + System.lineSeparator(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    return null;
                })
                .subscribeOn(writer);
    }
}
