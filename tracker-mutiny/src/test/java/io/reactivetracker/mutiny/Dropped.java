// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Collects the failures that Mutiny drops; a test that does not take one out fails. */
final class Dropped implements BeforeEachCallback, AfterEachCallback {

    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void beforeEach(ExtensionContext context) {
        Infrastructure.setDroppedExceptionHandler(failures::add);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Infrastructure.resetDroppedExceptionHandler();
        assertThat(failures).as("dropped unexpectedly").isEmpty();
    }

    List<Throwable> take() {
        synchronized (failures) {
            List<Throwable> taken = List.copyOf(failures);
            failures.clear();
            return taken;
        }
    }
}
