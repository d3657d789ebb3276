// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.thumbnails;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A file that lists the pictures with a thumbnail. Its group appends one line at a time. */
final class Catalogue {

    private final Path file;

    Catalogue(Path file) {
        this.file = file;
    }

    Mono<Void> append(String name) {
        return Mono.<Void>fromCallable(() -> {
                    Files.writeString(
                            file, name + System.lineSeparator(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    return null;
                })
                .subscribeOn(Schedulers.boundedElastic());
    }
}
