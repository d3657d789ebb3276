// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redistest;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import redis.embedded.core.ExecutableProvider;

/**
 * Finds a server to run: the system property {@value #PROPERTY}, else {@code redis-server} on the PATH, else the binary
 * of the embedded-redis library.
 */
final class RedisBinary {

    /** Path of a Redis or Valkey server; "embedded" selects the library's binary. */
    static final String PROPERTY = "redis.server";

    private static final Path FOUND = find();

    private RedisBinary() {}

    static Path path() {
        return FOUND;
    }

    private static Path find() {
        String wanted = System.getProperty(PROPERTY, "");
        if (wanted.isEmpty()) {
            Optional<Path> onPath = Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                    .splitAsStream(System.getenv().getOrDefault("PATH", ""))
                    .map(folder -> Path.of(folder, "redis-server"))
                    .filter(Files::isExecutable)
                    .findFirst();
            if (onPath.isPresent()) {
                return onPath.get();
            }
        } else if (!wanted.equals("embedded")) {
            return Path.of(wanted);
        }
        try {
            return ExecutableProvider.newJarResourceProvider().get().toPath();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "there is no redis-server on the PATH, and none for this machine in the library", e);
        }
    }
}
