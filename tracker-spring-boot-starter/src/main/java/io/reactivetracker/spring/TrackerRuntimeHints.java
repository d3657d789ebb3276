// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;

/**
 * What a native image has to know of the library: the fields that it changes through variable handles, by their names.
 *
 * <p>What is bound, and what the endpoint answers, Spring Boot sees for itself.
 */
final class TrackerRuntimeHints implements RuntimeHintsRegistrar {

    /** The fields by the classes that hold them, most of which are not visible from here. */
    static final Map<String, String> FIELDS = Map.of(
            "io.reactivetracker.TaskToken", "closed",
            "io.reactivetracker.StateWord", "word",
            "io.reactivetracker.internal.SignalGate", "word");

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        FIELDS.forEach((type, field) ->
                hints.reflection().registerType(TypeReference.of(type), access -> access.withField(field)));
    }
}
