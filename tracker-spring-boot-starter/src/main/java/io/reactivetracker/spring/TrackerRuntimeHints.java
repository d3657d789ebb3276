// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Hints for a native image: the fields that the library accesses by name, through variable handles and field updaters.
 *
 * <p>They are read from the classes of the library, so that none is missed. Spring Boot adds the hints for properties
 * and for the results of the endpoint.
 */
final class TrackerRuntimeHints implements RuntimeHintsRegistrar {

    private static final String CLASSES = "classpath*:io/reactivetracker/**/*.class";

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        try {
            for (Resource type : new PathMatchingResourcePatternResolver(classLoader).getResources(CLASSES)) {
                try (InputStream code = type.getInputStream()) {
                    FieldsBehindHandles.in(code)
                            .forEach(field -> hints.reflection()
                                    .registerType(field.type(), access -> access.withField(field.name())));
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("failed to read the classes of the library", failure);
        }
    }
}
