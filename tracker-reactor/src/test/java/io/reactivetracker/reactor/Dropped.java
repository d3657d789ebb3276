// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.core.publisher.Hooks;

/** Collects the errors and elements that Reactor drops; a test fails if it does not take them. */
final class Dropped implements BeforeEachCallback, AfterEachCallback {

    private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
    private final List<Object> elements = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void beforeEach(ExtensionContext context) {
        Hooks.onErrorDropped(errors::add);
        Hooks.onNextDropped(elements::add);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Hooks.resetOnErrorDropped();
        Hooks.resetOnNextDropped();
        assertThat(errors).as("errors that were dropped unexpectedly").isEmpty();
        assertThat(elements).as("elements that were dropped unexpectedly").isEmpty();
    }

    List<Throwable> errors() {
        synchronized (errors) {
            return List.copyOf(errors);
        }
    }

    List<Throwable> takeErrors() {
        synchronized (errors) {
            List<Throwable> taken = List.copyOf(errors);
            errors.clear();
            return taken;
        }
    }

    List<Object> takeElements() {
        synchronized (elements) {
            List<Object> taken = List.copyOf(elements);
            elements.clear();
            return taken;
        }
    }
}
