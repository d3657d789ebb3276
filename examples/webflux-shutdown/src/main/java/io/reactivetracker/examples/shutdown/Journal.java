// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** A file with one line per shipped order. */
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
