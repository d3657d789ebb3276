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
 * What a native image has to know of the library: the fields that it changes through variable handles, by their names.
 *
 * <p>They are read from the classes themselves, so that none can be forgotten. What is bound, and what the endpoint answers,
 * Spring Boot sees for itself.
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
            throw new UncheckedIOException("the classes of the library can't be read", failure);
        }
    }
}
