// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.core.publisher.Hooks;

/**
 * Collects the errors that Reactor drops. A test fails if it leaves an error uncollected.
 *
 * <p>Handler exceptions are among them: {@code TestObservationRegistry} throws if an observation is signalled twice or
 * in the wrong order.
 */
final class Dropped implements BeforeEachCallback, AfterEachCallback {

    private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void beforeEach(ExtensionContext context) {
        Hooks.onErrorDropped(errors::add);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Hooks.resetOnErrorDropped();
        assertThat(errors).as("errors that were dropped unexpectedly").isEmpty();
    }

    List<Throwable> takeErrors() {
        synchronized (errors) {
            List<Throwable> taken = List.copyOf(errors);
            errors.clear();
            return taken;
        }
    }
}
